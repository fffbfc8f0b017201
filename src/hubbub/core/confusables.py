"""Letters that look alike, each with the Latin one that it is taken for (chosen from Unicode's UTS #39 table)."""

_CYRILLIC = {
    "a": "аАӑӓ",
    "b": "ВЬЪвьъ",
    "c": "сСҫ",
    "d": "ԁԀ",
    "e": "еЕёЁҽ",
    "g": "Ԍԍ",
    "h": "НһҺнӉӊ",
    "j": "јЈ",
    "k": "КкҚқҝ",
    "l": "іІїЇӀӏ",
    "m": "Мм",
    "n": "пП",
    "o": "оОөӨӦӧѲѳ",
    "p": "рР",
    "q": "ԛԚ",
    "r": "г",
    "s": "ѕЅ",
    "t": "Тт",
    "v": "ѴѵѶѷ",
    "w": "ԝԜшШѠѡ",
    "x": "хХҳ",
    "y": "уУүҮ",
}
_GREEK_AND_ARMENIAN = {
    "a": "αΑάΆ",
    "b": "Ββ",
    "c": "ϲϹ",
    "e": "Εεέ",
    "f": "Ϝϝ",
    "g": "ɡ",
    "h": "Ηհ",
    "j": "ϳյ",
    "k": "κΚ",
    "l": "ιΙίΊ",
    "m": "Μ",
    "n": "Νηήոռ",
    "o": "οΟσόօՕθΘ",
    "p": "ρΡ",
    "q": "գ",
    "s": "տՏ",
    "t": "τΤ",
    "u": "υսմ",
    "v": "ν",
    "w": "ωա",
    "x": "χΧ",
    "y": "γΥ",
    "z": "Ζ",
}
_LATIN_AND_DIGITS = {
    "a": "ɑ",
    "f": "Ƒƒ",
    "g": "ɢ",
    "l": "iIıİɪ1|ǀ∣",  # "AIice" is the oldest trick: I is taken for l, case is folded, so i and l are one
    "o": "0০੦௦๐໐",
    "s": "ꜱ",
    "u": "ᴜ",
    "v": "ᴠ",
    "z": "ᴢ",
}

LOOK_ALIKES: dict[int, str] = {
    ord(letter): latin
    for table in (_CYRILLIC, _GREEK_AND_ARMENIAN, _LATIN_AND_DIGITS)
    for latin, letters in table.items()
    for letter in letters
}
"""For `str.translate`. Case is folded after a first pass and before a second: some capitals alone look alike."""
