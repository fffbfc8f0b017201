"""Who looks at a page: by cookie alone, and what else their browser keeps for us."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.command import MyRooms
from hubbub.core.reply import MyRoom, NewGuest
from hubbub.core.user import User, new_token
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import address_of, keep_cookie, keep_login
from hubbub.gateways.http.pages.form_token import fits, make_form_token
from hubbub.session import Session


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a page: `login` is their token, empty for strangers, whom the `form_cookie` tells apart.

    A form cookie that the browser doesn't have yet is `unkept`.
    """

    session: Session
    login: str
    form_cookie: str
    last_code: str
    unkept: bool = False

    @property
    def user(self) -> User | None:
        """Who they are; None for strangers."""
        return self.session.user

    def form_token(self, door: Door) -> str:
        """Return what proves that a form was given to them by us."""
        return make_form_token(door.secret, self._holder, door.clock.even())

    def sent(self, door: Door, form_token: str) -> bool:
        """Tell whether a form with this token was given to them."""
        return fits(form_token, door.secret, self._holder, door.clock.even())

    def keep(self, door: Door, response: Response) -> None:
        """Have the browser keep the login, counted from now as the server counts it, or a stranger's form cookie."""
        if self.login:
            keep_login(door, response, self.login)
        elif self.unkept:
            keep_cookie(door, response, _form_cookie(door), self.form_cookie)

    @property
    def _holder(self) -> str:
        return f"login {self.login}" if self.user else f"stranger {self.form_cookie}"


async def visitor_of(door: Door, request: Request) -> Visitor:
    """Return who asks for a page; a login that proves nothing any more is as good as none."""
    login = request.cookies.get(door.cookie, "")
    session = Session(address_of(request))
    if login:
        await door.chat.log_in(session, login)
    form_cookie = request.cookies.get(_form_cookie(door), "")
    return Visitor(
        session=session,
        login=login if session.user else "",
        form_cookie=form_cookie or new_token(door.random_bytes),
        last_code=request.cookies.get(_room_cookie(door), ""),
        unkept=not form_cookie,
    )


def newcomer(visitor: Visitor, guest: NewGuest) -> Visitor:
    """Return the visitor as the new guest that they have become."""
    session = Session(visitor.session.address, user=User(guest.user.id, guest.user.name))
    return Visitor(session, guest.token, visitor.form_cookie, last_code="")


async def rooms_of(door: Door, visitor: Visitor) -> list[MyRoom]:
    """Return the visitor's rooms: the one whose page they had last, then those in which something happened last."""
    if visitor.user is None:
        return []
    rooms = (await door.chat.handle(visitor.session, MyRooms())).rooms
    return sorted(rooms, key=lambda room: room.code != visitor.last_code)


def remember_room(door: Door, visitor: Visitor, response: Response, code: str) -> None:
    """Have the browser keep which room's page it was given last."""
    if code != visitor.last_code:
        keep_cookie(door, response, _room_cookie(door), code)


def _form_cookie(door: Door) -> str:
    return f"{door.cookie}_form"


def _room_cookie(door: Door) -> str:
    return f"{door.cookie}_room"
