"""What is ours of a path, where the desk is mounted below another."""

import pytest

from frontdesk.web.paths import own_path, root_of


@pytest.mark.parametrize(
    ("root", "path", "own"),
    [
        ("", "/", "/"),
        ("", "/outbox/1", "/outbox/1"),
        ("/desk", "/desk/outbox/1", "/outbox/1"),
        ("/desk", "/desk/", "/"),
        ("/desk", "/desk", "/"),
        ("/desk/", "/desk/outbox", "/outbox"),
        ("/a/b", "/a/b/outbox", "/outbox"),
        ("/desk", "/desktop/outbox", "/desktop/outbox"),  # begins alike, and is something else
        ("/desk", "/outbox", "/outbox"),  # a proxy took the mount off already
        ("/desk", "/desk/desk/x", "/desk/x"),
    ],
)
def test_the_mount_is_taken_off_once_and_only_where_it_stands(root: str, path: str, own: str) -> None:
    scope = {"root_path": root, "path": path}
    assert own_path(scope) == own
    assert own_path({"root_path": root, "path": "/else"}, path) == own
    assert root_of(scope) == root.rstrip("/")
