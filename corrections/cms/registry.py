"""Which class speaks to which kind of system."""

from collections.abc import Mapping

from corrections.cms.interface import Cms, Reason, Refused
from corrections.cms.models import Connection
from corrections.cms.wordpress import WordPress
from corrections.sealing import Unreadable, unseal

_SYSTEMS: Mapping[str, type[WordPress]] = {Connection.Kind.WORDPRESS: WordPress}


def page_of(connection: Connection, identifier: str) -> str:
    """Give the address where people edit a post."""
    return _SYSTEMS[connection.kind].page_of(connection.url, identifier)


def open_cms(connection: Connection, *, deadline: float) -> Cms:
    """Give the system behind a connection; all that is asked of it has ``deadline`` seconds together.

    Raises ``Refused`` when the password cannot be read any more.
    """
    try:
        password = unseal(connection.sealed_password)
    except Unreadable as error:
        raise Refused(Reason.SECRET) from error
    return _SYSTEMS[connection.kind](
        connection.url,
        user=connection.user,
        password=password,
        collections=connection.collections.split(),
        deadline=deadline,
    )
