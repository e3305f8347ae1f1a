"""Everything of a case as files for somebody who has no Coo: in order, with what proves it."""
