#include "host/cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <limits>
#include <sstream>

#include "host/cli/numbers.hpp"
#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace po = boost::program_options;

namespace {

/// "skytrack mem bench", or "skytrack" alone.
std::string program(const CommandHelp& help) { return help.name.empty() ? "skytrack" : "skytrack " + help.name; }

}  // namespace

struct CommandLine::Parser {
    po::options_description common{"Options of every command"};
    po::options_description own{"Options"};
    po::options_description hidden;
    po::options_description all;
    po::positional_options_description positional;
    po::variables_map values;
};

CommandLine::CommandLine(CommandLine&&) noexcept = default;
CommandLine& CommandLine::operator=(CommandLine&&) noexcept = default;
CommandLine::~CommandLine() = default;

CommandLine::CommandLine(CommandHelp help) : help_(std::move(help)), parser_(std::make_unique<Parser>()) {
    const auto text = [](const char* argument) { return po::value<std::string>()->value_name(argument); };
    const auto list = [](const char* argument) {
        return po::value<std::vector<std::string>>()->composing()->value_name(argument);
    };
    parser_->common.add_options()("help,h", "print this text")("version", "print the version")(
        "config", list("FILE"), "TOML file, or name of a shipped preset; repeatable, later ones win")(
        "set", list("KEY=VALUE"), "one configuration value, such as device.shift_ps=600; repeatable")(
        "print-config", "print the effective configuration as TOML and stop")("seed", text("N")->default_value("1"),
                                                                              "the same seed gives the same numbers")(
        "backend", text("NAME")->default_value("fast"), help_.backend_help.c_str())(
        "json", po::bool_switch(), "print one JSON object on standard output")(
        "out", text("DIR"), "write result.json and summary.txt into this folder")("verbose,v", po::bool_switch(),
                                                                                  "print the whole statistics tree");
}

void CommandLine::add_option(const std::string& name, const std::string& argument, const std::string& description) {
    parser_->own.add_options()(name.c_str(), po::value<std::string>()->value_name(argument), description.c_str());
}

void CommandLine::add_option(const std::string& name, const std::string& argument, const std::string& description,
                             const std::string& default_value) {
    parser_->own.add_options()(name.c_str(),
                               po::value<std::string>()->value_name(argument)->default_value(default_value),
                               description.c_str());
}

void CommandLine::add_list(const std::string& name, const std::string& argument, const std::string& description) {
    parser_->own.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing()->value_name(argument),
                               description.c_str());
}

void CommandLine::add_flag(const std::string& name, const std::string& description) {
    parser_->own.add_options()(name.c_str(), po::bool_switch(), description.c_str());
}

void CommandLine::add_shorthand(const std::string& name, const std::string& argument, const std::string& key,
                                const std::string& description) {
    add_option(name, argument, fmt::format("{}; short for {}, over --set", description, key));
    shorthands_.emplace_back(name, key);
}

void CommandLine::add_positional(const std::string& name) {
    parser_->hidden.add_options()(name.c_str(), po::value<std::string>());
    parser_->positional.add(name.c_str(), 1);
}

void CommandLine::add_positionals(const std::string& name) {
    parser_->hidden.add_options()(name.c_str(), po::value<std::vector<std::string>>());
    parser_->positional.add(name.c_str(), -1);
}

/// "--records -5" becomes "--records=-5", so that the message is about the number and not about an option -5.
std::vector<std::string> CommandLine::join_negative_numbers(std::span<const std::string> arguments) const {
    std::vector<std::string> joined;
    for (const std::string& argument : arguments) {
        const bool negative = argument.size() > 1 && argument[0] == '-' && argument[1] >= '0' && argument[1] <= '9';
        if (negative && !joined.empty() && joined.back().starts_with("--")) {
            const po::option_description* option = parser_->all.find_nothrow(joined.back().substr(2), false);
            if (option != nullptr && option->semantic()->max_tokens() > 0) {
                joined.back() += "=" + argument;
                continue;
            }
        }
        joined.push_back(argument);
    }
    return joined;
}

Status CommandLine::unknown_option(const std::string& name) const {
    std::vector<std::string> names;
    for (const po::options_description* group : {&parser_->own, &parser_->common})
        for (const auto& option : group->options()) names.push_back("--" + option->long_name());
    const std::string near = memory::nearest(name, names);
    return Status::error(fmt::format("unknown option '{}' of {}\n{}see {} --help", memory::printable(name),
                                     program(help_), near.empty() ? "" : "nearest valid name: " + near + "; ",
                                     program(help_)));
}

Status CommandLine::parse(std::span<const std::string> arguments) {
    parser_->all.add(parser_->own).add(parser_->common).add(parser_->hidden);
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    try {
        po::store(po::command_line_parser(join_negative_numbers(arguments))
                      .options(parser_->all)
                      .positional(parser_->positional)
                      .style(style)
                      .run(),
                  parser_->values);
        po::notify(parser_->values);
    } catch (const po::unknown_option& error) {
        return unknown_option(error.get_option_name());
    } catch (const po::too_many_positional_options_error&) {
        return Status::error(fmt::format("too many arguments for {}\nexpected {}", program(help_), help_.synopsis));
    } catch (const po::error& error) {
        return Status::error(fmt::format("{}\nsee {} --help", memory::printable(error.what()), program(help_)));
    }
    return {};
}

bool CommandLine::has(const std::string& name) const { return parser_->values.count(name) != 0; }
bool CommandLine::given(const std::string& name) const { return has(name) && !parser_->values.at(name).defaulted(); }
bool CommandLine::flag(const std::string& name) const { return parser_->values.at(name).as<bool>(); }
std::string CommandLine::text(const std::string& name) const { return parser_->values.at(name).as<std::string>(); }

std::vector<std::string> CommandLine::texts(const std::string& name) const {
    return has(name) ? parser_->values.at(name).as<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<Assignment> CommandLine::assignments() const {
    std::vector<Assignment> out;
    for (const auto& [option, key] : shorthands_)
        if (has(option))
            out.push_back({.key = key,
                           .value = text(option),
                           .place = fmt::format("--{} {}", option, memory::printable(text(option)))});
    return out;
}

std::string CommandLine::key_of(const std::string& option) const {
    for (const auto& [name, key] : shorthands_)
        if (name == option) return key;
    return {};
}

Result<uint64_t> CommandLine::number(const std::string& name, uint64_t low, uint64_t high) const {
    const std::string given = text(name);
    const std::optional<uint64_t> parsed = parse_decimal(given);
    if (parsed && *parsed >= low && *parsed <= high) return *parsed;
    return Status::error(fmt::format("--{} is '{}'\nexpected a whole number from {} to {}", name,
                                     memory::printable(given), low, high));
}

Result<uint64_t> CommandLine::bytes(const std::string& name, uint64_t low, uint64_t high) const {
    const std::string given = text(name);
    const std::optional<uint64_t> parsed = parse_bytes(given);
    if (parsed && *parsed >= low && *parsed <= high) return *parsed;
    return Status::error(fmt::format("--{} is '{}'\nexpected whole bytes from {} to {}, such as 4096, 600e12 or 128G",
                                     name, memory::printable(given), low, high));
}

Result<std::string> CommandLine::choice(const std::string& name, std::span<const std::string> choices) const {
    std::string given = text(name);
    if (std::find(choices.begin(), choices.end(), given) != choices.end()) return given;
    const std::string near = memory::nearest(given, choices);
    return Status::error(fmt::format("--{} is '{}'\nexpected {}{}", name, memory::printable(given),
                                     fmt::join(choices, " or "), near.empty() ? "" : "; nearest: " + near));
}

std::string CommandLine::help() const {
    std::ostringstream out;
    out << "Usage: " << help_.synopsis << "\n\n" << help_.about << "\n\nExamples:\n" << help_.examples << '\n';
    if (!parser_->own.options().empty()) out << parser_->own << '\n';
    out << parser_->common;
    out << "\nExit codes: " << help_.exit_codes << '\n';
    return out.str();
}

Result<CommonOptions> CommonOptions::read(const CommandLine& line) {
    const Result<uint64_t> seed = line.number("seed", 0, std::numeric_limits<uint64_t>::max());
    if (!seed.ok()) return seed.status();
    const Result<std::string> backend = line.choice("backend", line.about().backends);
    if (!backend.ok()) return backend.status();
    if (line.has("out") && line.text("out").empty())
        return Status::error("--out is empty\nexpected the name of a folder");
    return CommonOptions{.config_files = line.texts("config"),
                         .settings = line.texts("set"),
                         .seed = seed.value(),
                         .backend = *memory::parse_backend(backend.value()),
                         .json = line.flag("json"),
                         .verbose = line.flag("verbose"),
                         .out = line.has("out") ? line.text("out") : std::string()};
}

}  // namespace sky::cli
