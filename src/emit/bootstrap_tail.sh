
steps

case $mode in
  check)
    printf '%s in step, %s different, %s missing\n' "$in_step" "$different" "$missing"
    [ "$((different + missing))" -eq 0 ] || exit 1
    ;;
  apply)
    if [ "$written" -eq 0 ]; then
      printf 'nothing to change: all %s in step\n' "$in_step"
    else
      printf '%s written, %s were in step\n' "$written" "$in_step"
    fi
    ;;
esac
