
settings
steps
[ -z "$notes" ] || tell_block 'note       ' "${notes%?}"

case $mode in
  check)
    tell '%s in step, %s different, %s missing\n' "$in_step" "$different" "$missing"
    [ "$((different + missing))" -eq 0 ] || exit 1
    ;;
  survey)
    if [ "$((different + missing))" -eq 0 ]; then
      tell 'nothing to change: all %s in step\n' "$in_step"
      exit 0
    fi
    commit
    tell 'rollback.sh goes back to what is there now; it is kept in %s\n' "$state/$run"
    mode='write'
    listed=
    steps
    tell '%s written, %s were in step\n' "$written" "$in_step"
    ;;
esac
