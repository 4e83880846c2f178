
settings
steps
expectations

tell '%s hold, %s fail, %s unknown, %s not checked\n' "$holding" "$failing" "$unknown" "$unchecked"
[ "$unknown" -eq 0 ] || exit 2
[ "$failing" -eq 0 ] || exit 1
