"""Names: what may be one, and which of them look alike."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.name import MAX_NAME, clean_name, fold_name, suggest_name

EMOJI_IN_PARTS = ["👩🏽\u200d🚀", "❤️\u200d🔥", "🏴\u200d☠️", "🙂\u200d↔️", "🧑\u200d🤝\u200d🧑", "👁️\u200d🗨️"]
TWO_FACED = "ζημνυ"
"""Greek letters whose capital looks like another Latin letter than they do: what looks alike goes before case."""

anything = st.text(st.characters(), max_size=60)
tricky = st.text(
    st.one_of(
        st.sampled_from("aＡÅå 👩🚀↔\u200d\ufe0f\u0301\u0338\u0345\u200b\u00b4\u1fbd\u2800Ϊ\u0300ǆ\U0001d15e"),
        st.characters(),
    ),
    max_size=12,
)


def refusal_of(typed: str) -> ErrorCode:
    with pytest.raises(ChatError) as refusal:
        clean_name(typed)
    assert refusal.value.field == "name"
    return refusal.value.code


def cleaned(typed: str) -> str:
    """Return a name, or give the example up."""
    try:
        return clean_name(typed)
    except ChatError:
        assume(False)
        raise


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ann", "Ann"),
        ("  Ann \t of\nGreen   Gables ", "Ann of Green Gables"),
        ("Rene\u0301", "René"),
        ("A\u200bn\u200cn\u200d", "Ann"),
        ("\u202eAnn\u202c\u2066\u2069\u061c", "Ann"),
        ("An\0n\x1b\x7f\x85", "Ann"),
        ("Ann\u00ad\ufeff", "Ann"),
        ("Ann\u3164\u115f\u1160\uffa0\u2800", "Ann"),
        ("a\u200b\u0301", "á"),
        ("Ann\u00a0\u3000B", "Ann B"),
        ("李雷", "李雷"),
        ("عمر", "عمر"),
        ("O'Neil <b>&", "O'Neil <b>&"),
        ("x" * 40, "x" * 40),
        ("e\u0301" * 40, "é" * 40),
        ("👍" * 40, "👍" * 40),
    ],
)
def test_a_name_is_shown_composed_on_one_line_and_without_what_is_hidden(typed: str, shown: str) -> None:
    assert clean_name(typed) == shown


@pytest.mark.parametrize("emoji", EMOJI_IN_PARTS)
def test_an_emoji_in_parts_keeps_its_joiners(emoji: str) -> None:
    assert clean_name(f"Ann {emoji}") == f"Ann {emoji}"


@pytest.mark.parametrize(
    "typed", ["a\u200db", "\u200d👩", "👩\u200d", "👩\u200d\u200d🚀", "👩\u200da", "a\ufe0f\u200d🚀", "👩\u200d\ufe0f"]
)
def test_a_joiner_that_joins_no_emoji_is_hidden_and_goes(typed: str) -> None:
    assert "\u200d" not in clean_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "\t\n",
        "\u200b",
        "\u202e",
        "\u3164",
        "\u2800\u2800",
        "\u115f \uffa0",
        "\ufe0f",
        "\U000e0100",
        "\ufe0f \ufe0f",
    ],
)
def test_a_name_in_which_nothing_can_be_seen_is_refused(typed: str) -> None:
    assert refusal_of(typed) is ErrorCode.NAME_INVALID


@pytest.mark.parametrize("emoji", ["🩷", "🫨", "🛜", "\U0001faff", "👩\u200d\U0001fa77", "\U0001fa77\ufe0f\u200d👩"])
def test_an_emoji_that_is_newer_than_this_python_is_one(emoji: str) -> None:
    assert clean_name(emoji) == emoji
    assert clean_name(f"Ann{emoji}") == f"Ann{emoji}"
    assert fold_name(f"Ann{emoji}") == fold_name(f"ann{emoji}") != fold_name("Ann")


@pytest.mark.parametrize(
    "typed", ["Ann\ud800", "\udc00", "Ann\u0378", "Ann\U0001fffe", "Ann\ue000", "\U0010ffff", "Ann\U0001f8ff"]
)
def test_half_unassigned_and_private_characters_are_refused(typed: str) -> None:
    assert refusal_of(typed) is ErrorCode.NAME_INVALID


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "typed", ["x" * 41, "e\u0301" * 41, "x" * 1_000_000, "\u0301\u0316" * 500_000, "A" + "\u200b" * 9_999]
)
def test_a_name_of_more_than_40_characters_is_refused_and_not_cut(typed: str) -> None:
    assert refusal_of(typed) is ErrorCode.TOO_LONG


@given(st.one_of(anything, tricky))
@example("🔥\u200d↔\u200d\u0338")
@example("\U0001d15e\u200d😀")
def test_a_shown_name_would_be_shown_the_same_again_and_hides_nothing(typed: str) -> None:
    name = cleaned(typed)
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= MAX_NAME
    letters = {letter for letter in name if letter != "\u200d" and not _may_be_newer(letter)}
    assert not {unicodedata.category(letter) for letter in letters} & {"Cc", "Cf", "Cs", "Cn", "Co"}


@pytest.mark.parametrize(
    "other",
    [
        "alice", "ALICE", "AIice", "A1ice", "al1ce", "A|ice", "аlice", "Аӏісе", "αlice", "alicе", "Ａｌｉｃｅ", "𝐀𝐥𝐢𝐜𝐞",
        "A l i c e", "A\u200blice", "\u202eAlice", "Alice\ufe0f", "Alice\u3164", "ⓐⓛⓘⓒⓔ", "Aliϲe", "ΑLΙϹΕ",
    ],
)  # fmt: skip
def test_names_that_could_be_mistaken_for_each_other_fold_to_the_same(other: str) -> None:
    assert fold_name(other) == fold_name("Alice")


@pytest.mark.parametrize(
    ("one", "other"), [("Bob", "B0b"), ("Otto", "0тт0"), ("STRASSE", "straße"), ("José", "JOSE\u0301")]
)
def test_so_do_digits_sharp_s_and_letters_in_parts(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("latin", "other"),
    [
        ("BOB", "ꓐꓳꓐ"),
        ("Walter", "ꓪꓮꓡꓔꓰꓣ"),
        ("Dave", "ᎠᎪᏙᎬ"),
        ("Dave", "ꭰꭺꮩꭼ"),
        ("Tom", "ⲦⲞⲘ"),
        ("Tom", "ⲧⲟⲙ"),
        ("Bob", "ʙᴏʙ"),
        ("Marten", "ᴍᴀʀᴛᴇɴ"),
    ],
)
def test_so_do_names_of_other_alphabets_capitals_and_of_small_capitals(latin: str, other: str) -> None:
    assert fold_name(other) == fold_name(latin)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann", "Anna"), ("José", "Jose"), ("Ann", "Bob"), ("李", "雷"), ("👍", "👎")]
)
def test_names_that_nobody_mixes_up_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


@given(st.one_of(anything, tricky))
@example("Ϊ\u0300")
@example("a\u00b4")
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


def test_the_case_of_letters_makes_no_other_name() -> None:
    letters = [chr(code) for code in range(0x110000) if chr(code).upper() != chr(code).lower()]
    told_apart = {
        each for each in letters if len({fold_name(each), fold_name(each.upper()), fold_name(each.lower())}) > 1
    }
    assert len(letters) > 2_500
    assert [
        each for each in told_apart - {"İ"} if not set(unicodedata.normalize("NFKD", each.lower())) & set(TWO_FACED)
    ] == []


@given(tricky)
def test_a_name_that_can_be_seen_folds_to_something(typed: str) -> None:
    assert fold_name(cleaned(typed))


@given(st.one_of(anything, tricky), st.integers(0, 12))
@example("👩\u200d" * 20 + "👩", 1)
def test_a_suggested_name_is_free_valid_and_would_be_shown_as_it_is(typed: str, taken: int) -> None:
    name = cleaned(typed)
    held = {fold_name(name)}
    for _ in range(taken):
        held.add(fold_name(suggest_name(name, frozenset(held))))
    assert len(held) == taken + 1
    suggestion = suggest_name(name, frozenset(held))
    assert clean_name(suggestion) == suggestion
    assert fold_name(suggestion) not in held


def test_a_suggestion_is_the_name_with_the_smallest_free_number() -> None:
    assert suggest_name("Ann", frozenset({"ann"})) == "Ann 2"
    assert suggest_name("Ann", frozenset({"ann", fold_name("Ann 2"), fold_name("ann3")})) == "Ann 4"
    assert suggest_name("x" * 40, frozenset({"x" * 40})) == "x" * 38 + " 2"


def _may_be_newer(letter: str) -> bool:
    """Tell whether this is where Unicode puts new emoji."""
    return any(
        first <= ord(letter) <= last for first, last in [(0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7FF), (0x1FA70, 0x1FAFF)]
    )
