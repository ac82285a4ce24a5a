#include "host/regfile/profile_file.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/crc.hpp>

#include "host/regfile/json_file.hpp"

namespace sky::regfile {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormat = "skytrack rf profile";
constexpr uint64_t kVersion = 1;
constexpr const char* kRemedy = "make one: skytrack rf profile ELF --output FILE";
constexpr std::array kKinds{"jump", "trap", "interrupt"};

uint32_t checksum(const BlockGraph& blocks, const Code& code) {
    boost::crc_32_type crc;
    for (const Block& block : blocks.blocks())
        if (const auto bytes = code.bytes(block.first, block.end)) crc.process_bytes(bytes->data(), bytes->size());
    return crc.checksum();
}

ordered_json to_json(const Block& block) {
    return {{"pc", address_text(block.first)},
            {"end", address_text(block.end)},
            {"instructions", block.instructions},
            {"count", block.count},
            {"accesses", block.accesses}};
}

std::optional<Transfer> transfer_in(const json& value) {
    if (!value.is_object()) return std::nullopt;
    const auto from = address_in(value, "from");
    const auto to = address_in(value, "to");
    const auto count = number_in(value, "count");
    const auto kind = value.find("kind");
    if (!from || !to || !count || kind == value.end()) return std::nullopt;
    for (size_t i = 0; i < kKinds.size(); ++i)
        if (*kind == kKinds[i])
            return Transfer{.kind = static_cast<Departure>(i), .from = *from, .to = *to, .count = *count};
    return std::nullopt;
}

/// False: what stands there are no passages.
bool read_passages(const json& content, const char* name, std::vector<Passage>& out) {
    const auto found = content.find(name);
    if (found == content.end()) return true;
    if (!found->is_array()) return false;
    for (const json& value : *found) {
        const auto at = value.is_object() ? address_in(value, "at") : std::nullopt;
        const auto count = value.is_object() ? number_in(value, "count") : std::nullopt;
        if (!at || !count) return false;
        out.push_back({.at = *at, .count = *count});
    }
    return true;
}

ordered_json to_json(const std::vector<Passage>& passages) {
    ordered_json out = ordered_json::array();
    for (const Passage& passage : passages)
        out.push_back({{"at", address_text(passage.at)}, {"count", passage.count}});
    return out;
}

Result<Profile> profile_in(const std::string& path, const json& content) {
    const auto wrong = [&path](const std::string& what) { return bad_file(path, what, kRemedy); };
    Profile out;
    const auto entry = address_in(content, "entry");
    const auto instructions = number_in(content, "instructions");
    const auto transfers = content.find("transfers");
    if (!entry || !instructions || transfers == content.end() || !transfers->is_array())
        return wrong("lacks \"entry\", \"instructions\" or \"transfers\"");
    if (const auto program = content.find("program"); program != content.end() && program->is_string())
        out.program = program->get<std::string>();
    out.entry = *entry;
    out.runs = number_in(content, "runs").value_or(1);
    out.instructions = *instructions;
    out.next = address_in(content, "next");
    for (const json& value : *transfers) {
        const std::optional<Transfer> transfer = transfer_in(value);
        if (!transfer)
            return wrong(fmt::format(R"(transfer {} should look like {{"kind": "jump", "from": "0x80000000", )"
                                     R"("to": "0x80000010", "count": 1}})",
                                     out.transfers.size()));
        out.transfers.push_back(*transfer);
    }
    if (!read_passages(content, "entries", out.entries) || !read_passages(content, "exits", out.exits))
        return wrong(R"("entries" and "exits" should be lists of {"at": "0x10010", "count": 1})");
    out.load_address = address_in(content, "load_address").value_or(0);
    out.estimated = content.value("estimated", json()) == true;
    out.partial = content.value("partial", json()) == true;
    return out;
}

}  // namespace

Status save_profile(const std::string& path, const Profile& profile, const BlockGraph& blocks, const Code& code) {
    ordered_json out{{"format", kFormat},
                     {"version", kVersion},
                     {"program", profile.program},
                     {"code_crc32", checksum(blocks, code)},
                     {"entry", address_text(profile.entry)},
                     {"runs", profile.runs},
                     {"instructions", profile.instructions}};
    if (profile.next) out["next"] = address_text(*profile.next);
    if (profile.load_address != 0) out["load_address"] = address_text(profile.load_address);
    if (profile.estimated) out["estimated"] = true;
    if (profile.partial) out["partial"] = true;
    if (!profile.entries.empty()) out["entries"] = to_json(profile.entries);
    if (!profile.exits.empty()) out["exits"] = to_json(profile.exits);
    ordered_json& transfers = out["transfers"] = ordered_json::array();
    for (const Transfer& t : profile.transfers)
        transfers.push_back({{"kind", kKinds.at(static_cast<size_t>(t.kind))},
                             {"from", address_text(t.from)},
                             {"to", address_text(t.to)},
                             {"count", t.count}});
    ordered_json& shown = out["blocks"] = ordered_json::array();
    for (const Block& block : blocks.blocks()) shown.push_back(to_json(block));
    return write_json(path, out);
}

Result<LoadedProfile> load_profile(const std::string& path, const Code& code) {
    Result<LoadedProgram> loaded = load_profile(path, [&code](uint64_t) { return Result<Code>(code); });
    if (!loaded.ok()) return loaded.status();
    return std::move(loaded.value().profile);
}

Result<LoadedProgram> load_profile(const std::string& path, const CodeAt& code_at) {
    const Result<json> content = read_json(path, kFormat, kVersion, kRemedy);
    if (!content.ok()) return content.status();
    Result<Profile> profile = profile_in(path, content.value());
    if (!profile.ok()) return profile.status();
    Result<Code> code = code_at(profile.value().load_address);
    if (!code.ok()) return code.status();
    Result<BlockGraph> blocks = BlockGraph::make(code.value(), profile.value());
    if (!blocks.ok()) {
        const std::string message = blocks.status().message();
        return bad_file(path, message.substr(0, message.find('\n')),
                        "give rf plan the program it was made of, or " + std::string(kRemedy));
    }
    if (number_in(content.value(), "code_crc32") != checksum(blocks.value(), code.value()))
        return bad_file(path, "was made of other code: the checksum differs",
                        "give rf plan the program it was made of, or " + std::string(kRemedy));
    return LoadedProgram{.code = std::move(code.value()),
                         .profile = {.profile = std::move(profile.value()), .blocks = std::move(blocks.value())}};
}

}  // namespace sky::regfile
