
# expect_cluster WHAT yes|no USER ARGUMENT...: asks the cluster what the user may do; the arguments are those of
# `kubectl auth can-i`. It answers 1 for "no" and for errors alike, and warns where it asks something else than meant,
# so that only its own word counts.
expect_cluster() {
  what=$1
  wanted=$2
  user=$3
  shift 3
  if ! command -v kubectl >/dev/null 2>&1; then
    cannot_tell "$what" "kubectl is not on PATH"
    return 0
  fi
  said=$(kubectl auth can-i "--as=$user" "$@" 2>&1) || :
  case $said in
    *'
'*) cannot_tell "$what" "$said" ;;
    yes | no | 'no - '*)
      if [ "${said%% *}" = "$wanted" ]; then
        holds "$what"
      else
        fails "$what" "the cluster says $said"
      fi
      ;;
    *) cannot_tell "$what" "${said:-kubectl says nothing}" ;;
  esac
}
