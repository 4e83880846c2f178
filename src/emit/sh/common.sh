set -eu
umask 077
LC_ALL=C
export LC_ALL
# Wrapped answers hold nothing to compare.
unset VAULT_WRAP_TTL BAO_WRAP_TTL

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# tell FORMAT ARGUMENT...: a line for people. Words that nobody gets are no answer, and 1 would be one.
tell() {
  # shellcheck disable=SC2059 # every call gives a format of its own
  printf "$@" || fail "cannot write to standard output"
}

# tell_block INDENTATION TEXT: lines for people.
tell_block() {
  printf '%s\n' "$2" | sed "s/^/$1/" || fail "cannot write to standard output"
}

find_vault() {
  if [ -z "${VAULT_BIN:-}" ]; then
    if command -v vault >/dev/null 2>&1; then
      VAULT_BIN=vault
    elif command -v bao >/dev/null 2>&1; then
      VAULT_BIN=bao
    else
      fail "neither vault nor bao is on PATH; name one in VAULT_BIN"
    fi
  fi
  command -v "$VAULT_BIN" >/dev/null 2>&1 || fail "VAULT_BIN is $VAULT_BIN, which cannot be run"
}

listed=
listing=
mount=

# read_path PATH: the server's answer as JSON in $answer, empty if nothing is there.
read_path() {
  if answer=$("$VAULT_BIN" read -format=json -- "$1" 2>&1); then
    case $answer in
      '{'*'}') ;;
      # Something was said beside the answer.
      *) answer=$("$VAULT_BIN" read -format=json -- "$1" 2>/dev/null) || fail "reading $1 fails now and then" ;;
    esac
    return 0
  fi
  case $answer in
    *"No value found at "* | *"no handler for route"*) answer= ;;
    *) fail "cannot read $1: $answer" ;;
  esac
}

# read_mounts auth|mounts: the list of mounts in $answer, asked for once until something is written.
read_mounts() {
  if [ "$listed" != "$1" ]; then
    read_path "sys/$1"
    listed=$1
    listing=$answer
  fi
  answer=$listing
}

# Reads JSON line by line and tells what it meets: key(name), leaf(value, quoted) and, for each piece of the text,
# token(piece, class), where the class is k for a key, v for a value, else the piece itself. depth counts the open
# brackets, at_name[n] is the key that was met last at depth n ("[]" in a list).
json_reader='
  function broken(why) {
    print "cannot understand the answer of the server: " why > "/dev/stderr"
    failed = 1
    exit 3
  }
  function begin_json() {
    depth = 0
    expect_key = 0
  }
  function json(line,    c, i, text, escape, code, before) {
    for (;;) {
      sub(/^[ \t\r]+/, "", line)
      if (line == "") return
      c = substr(line, 1, 1)
      before = line
      if (c == "\"") {
        line = substr(line, 2)
        text = ""
        while ((i = match(line, /["\\]/)) > 0) {
          text = text substr(line, 1, i - 1)
          if (substr(line, i, 1) == "\"") break
          escape = substr(line, i + 1, 1)
          if (escape == "u") {
            code = tolower(substr(line, i + 2, 4))
            text = text (code in point ? point[code] : "\377u" code)
            line = substr(line, i + 6)
          } else if (escape in plain) {
            text = text plain[escape]
            line = substr(line, i + 2)
          } else {
            broken("an escape that JSON does not have")
          }
        }
        if (i == 0) broken("an open string")
        line = substr(line, i + 1)
        before = substr(before, 1, length(before) - length(line))
        if (expect_key) {
          at_name[depth] = text
          key(text)
          token(before, "k")
        } else {
          if (depth == 0) broken("a value outside of an object")
          leaf(text, 1)
          token(before, "v")
        }
      } else if (c == "{" || c == "[") {
        depth++
        kind[depth] = c
        at_name[depth] = c == "[" ? "[]" : ""
        expect_key = c == "{"
        line = substr(line, 2)
        token(c, c)
      } else if (c == "}" || c == "]") {
        depth--
        expect_key = 0
        line = substr(line, 2)
        token(c, c)
      } else if (c == ",") {
        expect_key = kind[depth] == "{"
        line = substr(line, 2)
        token(c, c)
      } else if (c == ":") {
        expect_key = 0
        line = substr(line, 2)
        token(c, c)
      } else if (match(line, /^[-+.0-9a-zA-Z]+/)) {
        if (depth == 0) broken("a value outside of an object")
        before = substr(line, 1, RLENGTH)
        line = substr(line, RLENGTH + 1)
        leaf(before, 0)
        token(before, "v")
      } else {
        broken("no JSON")
      }
    }
  }
  function json_is_whole() {
    if (depth != 0) {
      print "cannot understand the answer of the server: it is cut short" > "/dev/stderr"
      exit 3
    }
  }
  BEGIN {
    for (i = 1; i < 128; i++) point[sprintf("%04x", i)] = sprintf("%c", i)
    point["2028"] = "\342\200\250"
    point["2029"] = "\342\200\251"
    plain["\""] = "\""; plain["\\"] = "\\"; plain["/"] = "/"
    plain["b"] = "\b"; plain["f"] = "\f"; plain["n"] = "\n"; plain["r"] = "\r"; plain["t"] = "\t"
    begin_json()
  }
'

# compare: reads what is wanted (lines after "<" are JSON, lines after "=" the text of a policy, one of them empty
# behind its last line end) and the server's answer (lines after ">"). Prints nothing if every wanted field is so on the
# server, "missing" if nothing is there, else a line for each field. Lists are compared as sets; an absent field equals an
# empty one. $mount names the mount to look at in a list of mounts, where the settings under "config" count as its own.
compare() {
  RW_MOUNT=$mount awk "$json_reader"'
    function names(field) {
      if (side == 1 && !(field in wanted)) {
        wanted[field] = 1
        order[++fields] = field
      }
      if (side == 2) known[field] = 1
    }
    function base(    at) {
      if (side == 1) return 0
      if (at_name[1] != "data") return -1
      if (mount == "") return 1
      if (depth < 2 || at_name[2] != mount) return -1
      return at_name[3] == "config" && depth > 3 ? 3 : 2
    }
    function field_at(from) {
      if (mount != "" && at_name[from + 1] == "options" && depth > from + 1) {
        return "options." at_name[from + 2]
      }
      return at_name[from + 1]
    }
    function key(text,    from) {
      from = base()
      if (from >= 0 && depth > from && !(mount != "" && at_name[from + 1] == "options" && depth == from + 1)) {
        names(field_at(from))
      }
    }
    function token(piece, class) {}
    function leaf(text, quoted,    from, field, rest, level, element) {
      from = base()
      if (from < 0) return
      if (depth <= from) return
      if (side == 2) found = 1
      field = field_at(from)
      names(field)
      from += field == at_name[from + 1] ? 1 : 2
      if (depth == from && (quoted ? text == "" : text ~ /^(0|false|null)$/)) return
      rest = ""
      for (level = from + 1; level <= depth; level++) rest = rest (at_name[level] == "[]" ? "" : at_name[level] "=")
      element = rest (quoted ? "\"" : "") text
      if ((side, field, element) in has) return
      has[side, field, element] = 1
      count[side, field]++
      item[side, field, count[side, field]] = element
      label = rest text
      shown[side, field] = shown[side, field] (count[side, field] > 1 ? ", " : "") label
    }
    function visible(text) {
      gsub(/[\001-\037\177]/, "?", text)
      return length(text) > 160 ? substr(text, 1, 160) "..." : text
    }
    function valued(side, field) {
      return count[side, field] ? "`" visible(shown[side, field]) "`" : "unset"
    }
    function differs(field,    i) {
      if (field == "token_reviewer_jwt_set" && !(field in known)) return 0
      if (count[1, field] != count[2, field]) return 1
      for (i = 1; i <= count[1, field]; i++) if (!((2, field, item[1, field, i]) in has)) return 1
      return 0
    }
    function first_line(    here, there, most, mine, theirs, i) {
      mine = split(shown[1, "policy"], here, "\n")
      theirs = split(shown[2, "policy"], there, "\n")
      if (shown[1, "policy"] == shown[2, "policy"] "\n") return "the last line has no line end on the server, wanted one"
      if (shown[2, "policy"] == shown[1, "policy"] "\n") return "the last line has a line end on the server, wanted none"
      most = mine > theirs ? mine : theirs
      for (i = 1; i <= most; i++) {
        if ((i > mine) != (i > theirs) || here[i] "" != there[i] "") {
          return "line " i " is " (i > theirs ? "absent" : "`" visible(there[i]) "`") \
            " on the server, wanted " (i > mine ? "absent" : "`" visible(here[i]) "`")
        }
      }
      return "differs"
    }
    BEGIN {
      mount = ENVIRON["RW_MOUNT"]
      side = 1
    }
    { frame = substr($0, 1, 1) }
    frame == "<" { json(substr($0, 2)) }
    frame == "=" {
      has_text = 1
      text = text substr($0, 2) "\n"
    }
    frame == ">" {
      if (side == 1) {
        if (has_text) {
          text = substr(text, 1, length(text) - 1)
          depth = 1
          at_name[1] = "policy"
          leaf(text, 1)
        }
        side = 2
        begin_json()
      }
      json(substr($0, 2))
    }
    END {
      if (failed) exit 3
      json_is_whole()
      if (!found) {
        print "missing"
        exit 0
      }
      if (mount != "" && ("options.version" in wanted) && !count[2, "options.version"]) {
        count[2, "options.version"] = 1
        has[2, "options.version", "\"1"] = 1
        shown[2, "options.version"] = "1"
      }
      for (i = 1; i <= fields; i++) {
        field = order[i]
        if (!differs(field)) continue
        if (field == "policy") print first_line()
        else print field " is " valued(2, field) " on the server, wanted " valued(1, field)
      }
    }
  '
}

# framed FRAME WANTED: what is wanted and $answer, as compare reads them.
framed() {
  printf '%s\n' "$2" | sed "s/^/$1/"
  if [ -n "$answer" ]; then
    printf '%s\n' "$answer" | sed 's/^/>/'
  fi
}

# differences FRAME WANTED: compares with $answer, in $found_different.
differences() {
  found_different=$(framed "$1" "$2" | compare) || fail "no comparison was possible"
}

# look_at_mount auth|mounts PATH: compares $body with a mount or its settings.
look_at_mount() {
  read_mounts "$1"
  mount=$2/
  differences '<' "$body"
  mount=
}

# look_at_object PATH: compares $body with a configuration or role.
look_at_object() {
  read_path "$1"
  differences '<' "$body"
}
