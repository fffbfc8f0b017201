"""Letters that look alike, each with the Latin one that it is taken for (most of them from Unicode's UTS #39 table)."""

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
_LISU_CHEROKEE_AND_COPTIC = {  # Cherokee's small letters look like its capitals, and case folding makes them those
    "a": "ꓮᎪ",
    "b": "ꓐᏏᏴⲂⲃ",
    "c": "ꓚᏟⲤⲥ",
    "d": "ꓓꓒᎠᏧ",
    "e": "ꓰᎬ",
    "f": "ꓝ",
    "g": "ꓖᏀᏳ",
    "h": "ꓧᎻᏂⲎⲏ",
    "j": "ꓙᎫ",
    "k": "ꓗᏦⲔⲕ",
    "l": "ꓡꓲᎥᏞⲒⲓⳐⳑ",
    "m": "ꓟᎷⲘⲙ",
    "n": "ꓠⲚⲛ",
    "o": "ꓳⲞⲟ",
    "p": "ꓑᏢⲢⲣ",
    "r": "ꓣᎡᏒᎱⲄⲅ",
    "s": "ꓢᏕᏚ",
    "t": "ꓔᎢⲦⲧ",
    "u": "ꓴ",
    "v": "ꓦᏙ",
    "w": "ꓪᎳᏔ",
    "x": "ꓫⲬⲭ",
    "y": "ꓬᎩᎽⲨⲩ",
    "z": "ꓜᏃⲌⲍ",
}
_LATIN_AND_DIGITS = {
    "a": "ɑᴀ",
    "b": "ʙ",
    "c": "ᴄ",
    "d": "ᴅ",
    "e": "ᴇ",
    "f": "Ƒƒꜰ",
    "g": "ɢ",
    "h": "ʜ",
    "j": "ᴊ",
    "k": "ᴋ",
    "l": "iIıİɪ1|ǀ∣ʟ",  # "AIice" is the oldest trick: I is taken for l, case is folded, so i and l are one
    "m": "ᴍ",
    "n": "ɴ",
    "o": "0০੦௦๐໐ᴏ",
    "p": "ᴘ",
    "q": "ꞯ",
    "r": "ʀƦ",
    "s": "ꜱ",
    "t": "ᴛ",
    "u": "ᴜ",
    "v": "ᴠ",
    "w": "ᴡ",
    "y": "ʏ",
    "z": "ᴢ",
}

LOOK_ALIKES: dict[int, str] = {
    ord(letter): latin
    for table in (_CYRILLIC, _GREEK_AND_ARMENIAN, _LISU_CHEROKEE_AND_COPTIC, _LATIN_AND_DIGITS)
    for latin, letters in table.items()
    for letter in letters
}
"""For `str.translate`. Case is folded after a first pass and before a second: some capitals alone look alike.

Folded names are stored: a letter more or less here needs a revision that folds them anew, as 0003 does.
"""
