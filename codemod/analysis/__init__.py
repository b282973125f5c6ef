"""From bytes to crossings: facts, graph, links, loops, and the simulated run (docs/architecture.md)."""
