
# ensure_config WHAT PATH: JSON of the configuration of an auth method. A write replaces all of it.
ensure_config() {
  body=$(cat)
  case $mode in
    dry-run) would "$1" "$2" "$body" ;;
    write)
      if is_due "$2"; then
        printf '%s\n' "$body" | write_path "$2" -
        look_at_object "$2"
        confirm "$1"
      fi
      ;;
    *)
      look_at_object "$2"
      judge "$1" || save_config "$1" "$2" "$body"
      ;;
  esac
}
