
# find_state: the folder of what was there before, for this server, Vault namespace and spec, in $state.
#
# It holds a folder for each run of bootstrap.sh that wrote something; `latest` names the one to be undone first, and
# `before` in each the one after that.
find_state() {
  case $0 in
    */*) states=${0%/*}/.rolewright-state ;;
    *) states=./.rolewright-state ;;
  esac
  states=${ROLEWRIGHT_STATE:-$states}
  cluster=$("$VAULT_BIN" status -format=json 2>/dev/null | sed -n 's/^ *"cluster_id": "\([0-9a-fA-F-]*\)".*/\1/p') || :
  [ -n "$cluster" ] || fail "the server does not say which cluster it is: $("$VAULT_BIN" status 2>&1)"
  namespace=${BAO_NAMESPACE-${VAULT_NAMESPACE-}}
  namespace=${namespace%/}
  owner="cluster $cluster
namespace ${namespace#/}
spec $specs"
  state=$states/$cluster.$(printf '%s' "$owner" | cksum | tr ' ' .)
  [ ! -h "$states" ] && [ ! -h "$state" ] || fail "$states is a symbolic link, which is not followed"
  if [ -e "$state/owner" ]; then
    [ "$(cat -- "$state/owner")" = "$owner" ] || fail "$state belongs to another server, namespace or spec"
  fi
}
