"""The files of a plan: which there are, which were used, and how one names another."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from .mistakes import Mistakes, near
from .read import Document, read

PLAN, RELEASES, BINDINGS, PACKS, SQL = "plan.yml", "releases/", "bindings/", "packs/", "sql/"


class Shelf:
    """Texts by path relative to the plan's folder. `used` are those that the plan is made of: from them alone it can be read again."""

    def __init__(self, files: Mapping[str, str], mistakes: Mistakes) -> None:
        self._files = files
        self._mistakes = mistakes
        self._documents: dict[str, Document] = {}
        self._lost = False
        self.used: dict[str, str] = {}

    def roots(self) -> list[str]:
        """plan.yml and the files beside it, which are read as one."""
        return sorted(
            (name for name in self._files if name.endswith(".yml") and "/" not in name), key=lambda name: (name != PLAN, name)
        )

    def names_in(self, folder: str) -> dict[str, str]:
        """Name by stem of the YAML files of one folder."""
        names = sorted(name for name in self._files if name.startswith(folder) and name.endswith(".yml"))
        return {name.removeprefix(folder).removesuffix(".yml"): name for name in names}

    def document(self, name: str, *, use: bool = True) -> Document | None:
        """A YAML file of the plan. Its mistakes are noted once; None for one that cannot be opened."""
        if name not in self._documents:
            with self._mistakes.at(None):
                self._read(name, self._files[name])
        if name not in self._documents:
            self._lost = True
            return None
        if use:
            self.used[name] = self._files[name]
        return self._documents[name]

    def pack(self, name: str) -> Document | None:
        """A pack: the plan's own under packs/, or one that comes with the product. None when there is no such pack."""
        path = f"{PACKS}{name}.yml"
        if path in self._files:
            return self.document(path)
        if path not in self._documents and (text := _shipped().get(name)) is not None:
            self._read(path, text)
            self.used[path] = text
        return self._documents.get(path)

    def _read(self, name: str, text: str) -> None:
        self._documents[name] = read(name, text)
        self._mistakes.add(self._documents[name].problems)

    def content(self) -> dict[str, Any]:
        """What the used files say, by name: data for YAML, so that a comment changes nothing; text with plain line ends for the rest."""
        return {
            name: self._documents[name].data if name in self._documents else text.removeprefix("\ufeff").replace("\r\n", "\n")
            for name, text in sorted(self.used.items())
        }

    def packs(self) -> list[str]:
        """The names of all packs there are."""
        return sorted({*self.names_in(PACKS), *_shipped()})

    def text(self, name: str, *, use: bool = True) -> str:
        """The text of another file of the plan, as a question names it: `signups.sql` may lie in the plan's folder or in its sql/.

        Raises ValueError for a file that is not there, or outside the folder.
        """
        plain = posixpath.normpath(name)
        if plain.startswith(("/", "../")) or plain in (".", "..") or "\\" in name or "\0" in name:
            raise ValueError(f"{name!r} lies outside the plan's folder; a plan uses its own files only")
        for path in (plain, SQL + plain):
            text = self._files.get(path)
            if text is not None:
                if use:
                    self.used[path] = text
                return text
        raise ValueError(f"no such file: {name!r}; {near(plain, self._other_files()) or 'paths count from the plan’s folder'}")

    @property
    def unreadable(self) -> bool:
        """Whether some file is no YAML, so that it is not known what the plan defines."""
        return self._lost or any(not document.readable for document in self._documents.values())

    def _other_files(self) -> Iterable[str]:
        return (name.removeprefix(SQL) for name in self._files if not name.endswith(".yml"))


def _shipped() -> dict[str, str]:
    folder = resources.files("postflight") / "plans" / "packs"
    return {
        entry.name.removesuffix(".yml"): entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".yml")
    }
