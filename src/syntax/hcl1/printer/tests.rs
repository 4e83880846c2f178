use super::*;

/// Texts that the servers' printer harms, and what is printed instead.
#[test]
fn careful_where_the_servers_harm() {
    for (text, servers, ours) in [
        (
            "a {\n  # one\n  # two\n\n  b = 1\n}\n",
            "a {\n  # one  # two\n\n  b = 1\n}\n",
            "a {\n  # one\n  # two\n\n  b = 1\n}\n",
        ),
        (
            "a {\n  b = 1\n  /* lost */ cd = 2\n  e = 3\n}\n",
            "a {\n  b  = 1\n  cd = 2\n  e  = 3\n}\n",
            "a {\n  b = 1\n\n  /* lost */\n\n  cd = 2\n  e  = 3\n}\n",
        ),
        (
            "a { # one\n  b = <<X\nx\nX\n}\n",
            "a {\n  b = <<X\nx\nX # one\n}\n",
            "a {\n  # one\n  b = <<X\nx\nX\n}\n",
        ),
        (
            "a {\n  b =\n  # lost\n  [1]\n}\n",
            "a {\n  b = [1]\n}\n",
            "a {\n  b = [\n    # lost\n    1,\n  ]\n}\n",
        ),
        (
            "a {\n  b = # lost\n  1 c = 2\n  d = 3\n}\n",
            "a {\n  b = 1\n  c = 2\n  d = 3\n}\n",
            "a {\n  # lost\n  b = 1\n  c = 2\n  d = 3\n}\n",
        ),
        ("a {\n  b {}\n  b {}\n}\n", "a {\n  b = {}\n  b = {}\n}\n", "a {\n  b {}\n\n  b {}\n}\n"),
        (
            "a {\n  /* x\n     y */\n  b = 1\n}\n",
            "a {\n  /* x\n       y */\n  b = 1\n}\n",
            "a {\n  /* x\n     y */\n  b = 1\n}\n",
        ),
    ] {
        assert_eq!(as_servers_print(text).as_deref(), Some(servers));
        let printed = format(text, &nowhere()).unwrap();
        assert_eq!(printed, ours);
        assert_eq!(format(&printed, &nowhere()).unwrap(), ours);
    }
}

#[test]
fn refusals() {
    for (text, why) in [
        ("a {", "Syntax"),
        ("a = 1\nb =", "Dropped"),
        ("{\"a\": null}", "Inexpressible"),
        ("{\"a\": 1 \"b\": 2}", "Dropped"),
    ] {
        let said = format!("{:?}", format(text, &nowhere()).unwrap_err());
        assert!(said.starts_with(why), "{text}: {said}");
    }
}
