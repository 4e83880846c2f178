
# save_config WHAT PATH WANTED: keeps the configuration of an auth method, and tells what cannot be undone about it.
save_config() {
  case $answer in
    '')
      save "$1" config "$2" "$3"
      note "$1 stays as long as its mount: the server cannot delete it"
      ;;
    *'"token_reviewer_jwt_set": false'*) save "$1" config "$2" "$3" ;;
    *)
      save "$1" config-with-token "$2" "$3"
      note "$1: the reviewer token that is there now is overwritten, and nobody can read it back"
      ;;
  esac
}
