
settings
steps
[ -z "$notes" ] || printf '%s' "$notes" | sed 's/^/note       /'

case $mode in
  check)
    printf '%s in step, %s different, %s missing\n' "$in_step" "$different" "$missing"
    [ "$((different + missing))" -eq 0 ] || exit 1
    ;;
  survey)
    if [ "$((different + missing))" -eq 0 ]; then
      printf 'nothing to change: all %s in step\n' "$in_step"
      exit 0
    fi
    commit
    printf 'rollback.sh goes back to what is there now; it is kept in %s\n' "$state/$run"
    mode='write'
    listed=
    steps
    printf '%s written, %s were in step\n' "$written" "$in_step"
    ;;
esac
