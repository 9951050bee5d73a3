"""Recordings of hours, made cheaply: one short piece encoded, its packets repeated with later times."""

from __future__ import annotations

from pathlib import Path

import av

from tests.media.films import Film, Scene, shoot


def piece(path: Path, fps: int = 30, width: int = 1920, height: int = 1080) -> Path:
    """A minute of work on a screen: windows that are switched, lines that are typed, stillness."""
    typed = [Scene(8 + 0.4 * k, 1, "def station_code(name: str)"[: k + 1]) for k in range(24)]
    scenes = (Scene(0, 0), Scene(6, 1), *typed, Scene(24, 2), Scene(33.3, 3), Scene(41, 1), Scene(52.7, 4))
    film = Film(scenes, 60.0, fps=fps, width=width, height=height, sound_hz=(440.0,))
    return shoot(path, film)


def repeated(source: Path, path: Path, hours: float) -> Path:
    """`source` again and again until `hours` are full."""
    with av.open(str(path), "w") as out:
        streams: dict[int, object] = {}
        begin_s, count = 0.0, 0
        while begin_s < hours * 3600:
            with av.open(str(source)) as again:
                wanted = [*again.streams.video[:1], *again.streams.audio[:1]]
                streams = streams or {s.index: out.add_stream_from_template(s) for s in wanted}
                for packet in again.demux(wanted):
                    if packet.dts is None or packet.pts is None or packet.time_base is None:
                        continue
                    shift = round(begin_s / packet.time_base)
                    stream = streams[packet.stream.index]
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    out.mux(packet)
                begin_s += (again.duration or 0) / 1e6 + 1.0
                count += 1
    return path
