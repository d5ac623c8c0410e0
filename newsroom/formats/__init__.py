"""How dates are written where Django has no format of a language, or one that readers would not expect."""
