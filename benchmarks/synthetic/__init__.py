"""Parts of a made-up monorepo: suites, what stands beside them, layouts, and what no tool should trip over."""
