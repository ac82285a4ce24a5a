#include "host/regfile/plan_file.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>

#include "host/regfile/json_file.hpp"

namespace sky::regfile {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormat = "skytrack rf plan";
constexpr uint64_t kVersion = 1;
constexpr const char* kRemedy = "make one: skytrack rf plan ELF --profile FILE --output FILE";

std::vector<uint64_t> addresses(const Plan& plan) {
    std::vector<uint64_t> out;
    for (const PlannedTable* table : {&plan.table, &plan.unlimited})
        for (const Recommendation& r : table->recommendations) out.push_back(r.pc);
    return out;
}

/// Of all instructions that may follow the recommendations: on them the live registers depend.
uint32_t checksum(const Plan& plan, const Code& code) {
    boost::crc_32_type crc;
    for (const uint64_t pc : Liveness(code, addresses(plan)).addresses())
        if (const auto bytes = code.bytes(pc, pc + code.at(pc)->length))
            crc.process_bytes(bytes->data(), bytes->size());
    return crc.checksum();
}

ordered_json to_json(const PlannedTable& table) {
    ordered_json list = ordered_json::array();
    for (const Recommendation& r : table.recommendations)
        list.push_back({{"pc", address_text(r.pc)},
                        {"mode", r.mode == Mode::kVertical ? "vertical" : "horizontal"},
                        {"live_mask", address_text(r.live)}});
    return {{"track_steps", table.track_steps}, {"switches", table.switches}, {"recommendations", list}};
}

std::optional<Recommendation> recommendation_in(const json& value) {
    if (!value.is_object()) return std::nullopt;
    const std::optional<uint64_t> pc = address_in(value, "pc");
    const std::optional<uint64_t> live = address_in(value, "live_mask");
    const auto mode = value.find("mode");
    if (!pc || !live || mode == value.end() || (*live & ~uint64_t{Liveness::kAll}) != 0) return std::nullopt;
    if (*mode != "vertical" && *mode != "horizontal") return std::nullopt;
    return Recommendation{.pc = *pc,
                          .mode = *mode == "vertical" ? Mode::kVertical : Mode::kHorizontal,
                          .live = static_cast<uint32_t>(*live)};
}

class Reader {
   public:
    Reader(const std::string& path, const Code& code) : path_(path), code_(code) {}

    Result<Plan> plan_in(const json& content) const {
        Plan plan;
        if (Status status = read_table(content, "table", plan.table); !status.ok()) return status;
        if (Status status = read_table(content, "unlimited", plan.unlimited); !status.ok()) return status;
        if (number_in(content, "code_crc32") != checksum(plan, code_)) return of_other_code("the checksum differs");
        if (Status status = check_masks(plan); !status.ok()) return status;
        if (Status status = read_roots(content, plan); !status.ok()) return status;
        return plan;
    }

   private:
    [[nodiscard]] Status wrong(const std::string& what) const { return bad_file(path_, what, kRemedy); }
    [[nodiscard]] Status of_other_code(const std::string& how) const {
        return bad_file(path_, "was made of other code: " + how,
                        "give it with the program it was made of, or " + std::string(kRemedy));
    }

    Status read_table(const json& content, const char* name, PlannedTable& table) const {
        const auto found = content.find(name);
        if (found == content.end() || !found->is_object()) return wrong(fmt::format("lacks \"{}\"", name));
        const std::optional<uint64_t> track_steps = number_in(*found, "track_steps");
        const std::optional<uint64_t> switches = number_in(*found, "switches");
        const auto list = found->find("recommendations");
        if (!track_steps || !switches || list == found->end() || !list->is_array())
            return wrong(fmt::format(R"("{}" lacks "track_steps", "switches" or "recommendations")", name));
        table = {.recommendations = {}, .track_steps = *track_steps, .switches = *switches};
        for (const json& value : *list)
            if (Status status = add(name, value, table.recommendations); !status.ok()) return status;
        return {};
    }

    /// A register that lives and is not moved would be lost.
    [[nodiscard]] Status check_masks(const Plan& plan) const {
        const Liveness liveness(code_, addresses(plan));
        for (const PlannedTable* table : {&plan.table, &plan.unlimited})
            for (const Recommendation& r : table->recommendations)
                if (const uint32_t lost = liveness.before(r.pc) & ~r.live; lost != 0)
                    return wrong(
                        fmt::format("would lose registers: at {} \"live_mask\" is {} and lacks {}, which may "
                                    "still be read",
                                    address_text(r.pc), address_text(r.live), address_text(lost)));
        return {};
    }

    Status read_roots(const json& content, Plan& plan) const {
        const auto found = content.find("roots");
        if (found == content.end()) return {};
        if (!found->is_array()) return wrong("\"roots\" is no list of addresses");
        for (const json& value : *found) {
            const std::optional<uint64_t> pc =
                value.is_string() ? parse_address(value.get<std::string>()) : std::nullopt;
            if (!pc) return wrong("\"roots\" is no list of addresses");
            if (!code_.at(*pc)) return of_other_code(fmt::format("{} is no instruction", address_text(*pc)));
            plan.roots.push_back(*pc);
        }
        return {};
    }

    Status add(const char* name, const json& value, std::vector<Recommendation>& list) const {
        const std::optional<Recommendation> r = recommendation_in(value);
        if (!r)
            return wrong(fmt::format(R"(recommendation {} of "{}" should look like {{"pc": "0x80000000", )"
                                     R"("mode": "vertical", "live_mask": "0x00000406"}})",
                                     list.size(), name));
        if (!list.empty() && r->pc <= list.back().pc)
            return wrong(
                fmt::format("recommendation {} of \"{}\" is not behind the one before it", list.size(), name));
        if (!code_.at(r->pc)) return of_other_code(fmt::format("{} is no instruction", address_text(r->pc)));
        list.push_back(*r);
        return {};
    }

    const std::string& path_;
    const Code& code_;
};

}  // namespace

Plan plan_of(const PlanResult& plans) {
    const auto table = [&plans](const char* name) {
        const PlannedVariant& variant = plans.named(name);
        return PlannedTable{
            .recommendations = variant.table, .track_steps = variant.track_steps, .switches = variant.switches};
    };
    return {.table = table("mincut"), .unlimited = table("mincut_unlimited"), .roots = plans.roots};
}

Status save_plan(const std::string& path, const std::string& program, const std::string& profile,
                 const PlanResult& plans, const Code& code) {
    const Plan plan = plan_of(plans);
    ordered_json out{{"format", kFormat},
                     {"version", kVersion},
                     {"program", program},
                     {"profile", profile},
                     {"code_crc32", checksum(plan, code)},
                     {"table", to_json(plan.table)},
                     {"unlimited", to_json(plan.unlimited)}};
    ordered_json& roots = out["roots"] = ordered_json::array();
    for (const uint64_t pc : plan.roots) roots.push_back(address_text(pc));
    const PlannedVariant& mincut = plans.named("mincut");
    ordered_json& migrations = out["migrations"] = {{"predicted_track_steps", mincut.migration_track_steps}};
    if (mincut.measured_track_steps) migrations["measured_track_steps"] = *mincut.measured_track_steps;
    return write_json(path, out);
}

Result<Plan> load_plan(const std::string& path, const Code& code) {
    const Result<json> content = read_json(path, kFormat, kVersion, kRemedy);
    if (!content.ok()) return content.status();
    return Reader(path, code).plan_in(content.value());
}

}  // namespace sky::regfile
