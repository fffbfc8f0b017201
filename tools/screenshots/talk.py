# ruff: noqa: E501
"""What the people in the screenshots say, and how many minutes before the picture."""

ANN, BEN, CHIARA, DMITRI = "Ann", "Ben Okafor", "Chiara", "Дмитрий"
PEOPLE = (ANN, BEN, CHIARA, DMITRI)

TITLE = "Saturday in the hills"
OTHERS = {"Robotics club": 4, "Lunch": 0, "Flat 12": 1}
"""Other rooms of Ann's, with what is unread there."""

TALK: tuple[tuple[int, str, str], ...] = (
    (1500, ANN, "Shall we go up on Saturday? The forecast is dry until the evening."),
    (1496, CHIARA, "Yes please!"),
    (1495, CHIARA, "I can drive, there is room for three."),
    (1490, BEN, "Count me in. Which way, the ridge or along the lake?"),
    (1484, ANN, "The ridge, if everybody is fine with **900 m of climbing**."),
    (58, DMITRI, "Good morning! I looked at the timetable: the 7:42 gets us to the pass at *9:05*."),
    (55, BEN, "> I can drive, there is room for three.\n\nThen nobody has to get up at six. Thank you, Chiara!"),
    (
        52,
        CHIARA,
        "What everybody brings:\n\n- [x] map and first-aid kit (me)\n- [x] stove, coffee (Ben)\n- [ ] rope, just in case",
    ),
    (49, DMITRI, "I have a rope."),
    (
        46,
        ANN,
        "Then we have everything. I turned the track into a profile, for those who want to know what they are in for:",
    ),
    (
        45,
        ANN,
        '```python\nfor km, height in profile("ridge.gpx"):\n    print(f"{km:4.1f} km {\'▪\' * (height // 60)}")\n```',
    ),
    (31, BEN, "Looks like a dinosaur :-)"),
    (30, BEN, "Hut for lunch? https://huts.example/ridge says they are open until October."),
    (12, CHIARA, "Perfect. I'll be at the station at 7:30, the blue car."),
    (4, DMITRI, "See you there!"),
    (2, ANN, "See you on Saturday. I'll share the code with Eve, she may come too."),
)

UNSENT = "I'll bring the cake, then."
WHY_UNSENT = "This waited for more than a day. Send it now?"
