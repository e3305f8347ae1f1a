"""Documents: as they come in, and as the operator looks at them."""
