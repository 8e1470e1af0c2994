// SPDX-License-Identifier: Apache-2.0
#include "client_lib/cli/creds_arguments.hpp"

#include <array>

#include "client_lib/cli/credential_text.hpp"

namespace cellsock::cli {
namespace {

using action = creds_options::action;

void add_tag(CLI::App& app, creds_options& given) {
  app.add_option("tag", given.tag, "the security tag that programs name: 0 to 4294967295")
      ->required();
}
void add_type(CLI::App& app, creds_options& given, bool required) {
  app.add_option("type", given.type, "ca, cert, key, psk or psk-id")
      ->required(required)
      ->check([](const std::string& name) {
        return credential_type_of(name) ? std::string()
                                        : "ca, cert, key, psk or psk-id, not " + name;
      });
}
void add_scope(CLI::App& app, creds_options& given) {
  auto* user = app.add_option("--user", given.user, "whose programs may use it [you]");
  user->type_name("NAME");
  app.add_option("--group", given.group, "the group whose programs may use it")
      ->type_name("NAME")
      ->excludes(user);
}

void add_arguments(CLI::App& app, creds_options& given) {
  add_tag(app, given);
  add_type(app, given, true);
  app.add_option("file", given.file, "PEM or DER; psk: the bytes; psk-id: text [standard input]");
  add_scope(app, given);
  app.add_flag("--hex", given.hex, "the content is hexadecimal text (psk)");
  app.add_flag("--replace", given.replace, "instead of what is there");
  app.add_flag("--allow-sha1", given.sha1_allowed, "take certificates that SHA-1 signed");
  app.add_option("--min-rsa", given.rsa_bits_min, "take RSA keys from this size on [2048]")
      ->type_name("BITS")
      ->check(CLI::Range(1024, 16384));
}
void list_arguments(CLI::App& app, creds_options& given) {
  app.add_flag("--all", given.everybody, "of every user (root and the daemon's own user)");
}
void show_arguments(CLI::App& app, creds_options& given) {
  add_tag(app, given);
  add_type(app, given, false);
  list_arguments(app, given);
}
void delete_arguments(CLI::App& app, creds_options& given) {
  add_tag(app, given);
  add_type(app, given, true);
  add_scope(app, given);
}
void generate_arguments(CLI::App& app, creds_options& given) {
  add_tag(app, given);
  app.add_option("--subject", given.subject, "the certificate's, as CN=name,O=organisation")
      ->required();
  app.add_option("--host", given.hosts, "a name or address that it is good for; may be repeated")
      ->type_name("NAME");
  app.add_option("--days", given.days,
                 "sign it yourself, for so long; without: a request for a CA to sign")
      ->check(CLI::Range(1, 36500));
  add_scope(app, given);
}

struct action_row {
  action what;
  const char* name;
  const char* purpose;
  const char* examples;
  void (*add_arguments)(CLI::App& app, creds_options& given);
};
constexpr std::array actions{
    action_row{action::add, "add",
               "Check a credential, keep it under a tag, and show what was understood",
               "Examples:\n"
               "  cellsock creds add 42 ca /etc/ssl/certs/ca-certificates.crt --group iot\n"
               "  cellsock creds add 43 cert gateway.pem && cellsock creds add 43 key gateway.key\n"
               "  openssl rand -hex 16 | tee psk.hex | cellsock creds add 44 psk --hex\n"
               "  echo gateway-7 | cellsock creds add 44 psk-id",
               add_arguments},
    action_row{action::list, "list", "Show the tags that you may use, one line for each credential",
               "Examples:\n"
               "  cellsock creds list\n"
               "  sudo cellsock creds list --all --json | jq '.credentials[].certificates[0]'",
               list_arguments},
    action_row{action::show, "show",
               "Show all that may be known of a tag's credentials. Keys and PSKs are never shown",
               "Example:\n  cellsock creds show 42 ca", show_arguments},
    action_row{action::remove, "delete", "Forget a credential, for good",
               "Example:\n  cellsock creds delete 42 ca --group iot", delete_arguments},
    action_row{action::generate, "generate",
               "Make a new EC key that never leaves the daemon, and print a request for its\n"
               "certificate, or with --days a certificate that it signed itself",
               "Examples:\n"
               "  cellsock creds generate 43 --subject CN=gateway.example --host gateway.example "
               "> gateway.csr\n"
               "      have it signed, then: cellsock creds add 43 cert gateway.pem\n"
               "  cellsock creds generate 99 --subject CN=test --host 192.0.2.1 --days 30 "
               "> test.pem",
               generate_arguments},
};

}  // namespace

void add_creds_arguments(CLI::App& verb, options& given) {
  verb.require_subcommand(1);
  for (const auto& row : actions) {
    auto* app = verb.add_subcommand(row.name, row.purpose);
    row.add_arguments(*app, given.creds);
    app->footer(row.examples);
    app->fallthrough();
    app->callback([&given, &row] { given.creds.what = row.what; });
  }
}

}  // namespace cellsock::cli
