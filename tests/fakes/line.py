"""The fair line in memory, written from its definition and not from its scripts; a test holds the two to each other.

Jobs are commands, and who is served is chosen by the lowest score, the earlier comer first. Whoever is
served is done at once.
"""

from dataclasses import dataclass, field

from limner.queue.fairness import HEAD_START_MS, RENDERING_MS, SHARES, TRAINING_MS, cost_of, flow_of
from limner.queue.messages import MakePortraits


@dataclass
class MemoryLine:
    """A line with its clock; `waits` maps each waiting command to its tag."""

    clock: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    waits: dict[MakePortraits, int] = field(default_factory=dict)

    def enter(self, command: MakePortraits) -> None:
        """Put a command into the line; one that is there stays where it is."""
        if command in self.waits:
            return
        if not self.waits:
            self.clock, self.ends = 0, {}
        tag = self.clock
        if command.attempt == 0:
            tag = max(self.clock, self.ends.get(flow_of(command), 0))
            self.ends[flow_of(command)] = tag + cost_of(command)
        self.waits[command] = tag
        self.clock += 1

    def order(self) -> list[MakePortraits]:
        """List who waits, the next one first."""
        return sorted(self.waits, key=lambda command: self.waits[command] - HEAD_START_MS * command.trained)

    def take(self) -> MakePortraits:
        """Serve the next one."""
        command = self.order()[0]
        tag = self.waits.pop(command)
        if command.attempt == 0:
            self.clock = max(self.clock, tag)
            crowds = sum(end > self.clock + TRAINING_MS + RENDERING_MS for end in self.ends.values())
            self.clock += cost_of(command) // max(SHARES, 2 * crowds)
            self.ends = {flow: end for flow, end in self.ends.items() if end > self.clock}
        return command
