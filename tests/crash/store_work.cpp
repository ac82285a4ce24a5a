#include "tests/crash/store_work.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tests/support/device.hpp"

namespace sky::test {

using memory::MemorySession;
using memory::SessionConfig;
using memory::Store;

std::vector<StoreArray> store_arrays() {
    const SessionConfig words{.geometry = geometry(8, 5, 40), .timing = skyrmion_timing(), .policy = {}};
    SessionConfig stay = words;
    stay.policy.return_policy = memory::ReturnPolicy::kStay;
    SessionConfig flags = stay;
    flags.geometry.flag_site = true;
    flags.geometry.overhead_sites = 9;
    SessionConfig bits = words;
    bits.geometry = bit_rows(4, 3, 16);
    bits.policy.return_policy = memory::ReturnPolicy::kStay;
    SessionConfig queued = stay;
    queued.policy.banks = 4;
    queued.policy.scheduler = memory::Scheduler::kCoalesce;
    queued.outstanding = 9;
    SessionConfig slips = stay;
    slips.geometry.position_guard = true;
    slips.geometry.overhead_sites = 10;
    slips.policy.faults = {.threshold = ~uint64_t{0} / 200, .seed = 5};
    SessionConfig pulses = flags;
    pulses.by_pulses = true;
    return {{"words", words},   {"stay", stay},   {"flags", flags},  {"bits", bits},
            {"queued", queued}, {"slips", slips}, {"pulses", pulses}};
}

SessionConfig store_array(const std::string& name) {
    for (const StoreArray& array : store_arrays())
        if (name == array.name) return array.config;
    throw std::invalid_argument("no array " + name);
}

Rows rows_of(MemorySession& session) {
    Rows rows;
    session.each_row([&](const memory::StoredRow& row) { rows.push_back(row); });
    return rows;
}

void StoreWork::round(MemorySession& session) {
    constexpr uint64_t kMostRequests = 6;
    for (uint64_t left = 1 + requests_.below(kMostRequests); left > 0; --left) {
        const tb::Request request = requests_.next();
        session.submit(request.command, request.data);
    }
    session.drain();
    while (session.take() != nullptr) {
    }
}

std::vector<Rows> rows_after_rounds(const SessionConfig& config, uint64_t seed, size_t rounds) {
    auto session = MemorySession::start(config);
    if (!session.ok()) throw std::runtime_error(session.status().message());
    StoreWork work(config, seed);
    std::vector<Rows> after{{}};
    while (after.size() <= rounds) {
        work.round(*session.value());
        after.push_back(rows_of(*session.value()));
    }
    return after;
}

std::unique_ptr<Store> value_of(Result<std::unique_ptr<Store>> store) {
    if (!store.ok()) throw std::runtime_error(store.status().message());
    return std::move(store.value());
}

void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << status.message(); }

void copy_store(const std::string& from, const std::string& to) {
    namespace fs = std::filesystem;
    fs::remove_all(to);
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) fs::copy_file(entry.path(), to / entry.path().filename());
}

}  // namespace sky::test
