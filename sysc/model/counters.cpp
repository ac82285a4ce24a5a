#include "sysc/model/counters.hpp"

namespace sky::model {

namespace {
constexpr std::array<CounterInfo, kCounters> kInfo{{
    {"cycles", "cycles", "controller cycles since reset"},
    {"cycles_idle", "cycles", "bubble: nothing to do"},
    {"cycles_blocked", "cycles", "bubble: commands wait for their data, a barrier or another bank's dispatch"},
    {"cycles_dispatch", "cycles", "bubble: a command leaves the queue and joins a pass"},
    {"cycles_respond", "cycles", "bubble: a response beat is taken"},
    {"cycles_respond_wait", "cycles", "bubble: a response beat waits for the host or another bank"},
    {"cycles_settle", "cycles", "bubble: an operation that takes no time on this device"},
    {"cycles_shift", "cycles", "operation time of shifts"},
    {"cycles_relax", "cycles", "operation time: rest after shifts"},
    {"cycles_detect", "cycles", "operation time of detects"},
    {"cycles_remove", "cycles", "operation time of removes"},
    {"cycles_inject", "cycles", "operation time of injects"},
    {"cycles_overlap", "cycles", "operation time of slots that remove and inject at once"},
    {"cycles_check", "cycles", "operation time of position checks"},
    {"shifts", "pulses", "shift pulses"},
    {"track_steps", "track-steps", "shift pulses times the tracks that moved"},
    {"detects", "ports", "detects, one for each port and track that sensed"},
    {"removes", "ports", "removes, one for each port and track that removed"},
    {"empty_removes", "ports", "removes that found no skyrmion (included in removes)"},
    {"injects", "ports", "injects, one for each port and track that injected"},
    {"energy_fj", "fJ", "energy of all device operations"},
    {"passes", "passes", "journeys over a row, for one command or for several that share it"},
    {"reads", "commands", "READ commands done"},
    {"writes_naive", "commands", "WRITE commands done, erase then write"},
    {"writes_dcw", "commands", "WRITE commands done, compare and change in place"},
    {"writes_pw", "commands", "WRITE commands done, permutation write"},
    {"writes_fnw", "commands", "WRITE commands done, flip-n-write"},
    {"writes_pw_fnw", "commands", "WRITE commands done, permutation write of the better polarity"},
    {"auto_permutes", "commands", "WRITE AUTO commands that became a permutation write (included above)"},
    {"auto_compares", "commands", "WRITE AUTO commands that became a compare-write (included above)"},
    {"erases", "commands", "ERASE commands done"},
    {"scans", "commands", "SCAN commands done"},
    {"scan_stops", "commands", "SCAN commands that stopped early (included in scans)"},
    {"barriers", "commands", "BARRIER commands done"},
    {"refused", "commands", "commands answered with an error status"},
    {"coalesced", "commands", "commands that joined the pass of another"},
    {"words_read", "words", "words answered to READ"},
    {"words_written", "words", "words written by WRITE"},
    {"queue_cycles", "command-cycles", "sum over cycles of the commands waiting in the queue"},
    {"checks", "tracks", "position checks, one for each track, of two guard sites each"},
    {"corrections", "tracks", "tracks put right by one step (included in track_steps)"},
    {"position_errors", "passes", "passes given up because a track had slipped by two sites"},
    {"recoveries", "rows", "rows brought home after a reset cut their pass"},
}};
}  // namespace

const CounterInfo& info(Counter counter) { return kInfo.at(static_cast<size_t>(counter)); }

Counters Counters::operator-(const Counters& before) const {
    Counters since;
    for (size_t i = 0; i < kCounters; ++i) since.values_.at(i) = values_.at(i) - before.values_.at(i);
    return since;
}

uint64_t Counters::op_cycles() const {
    return (*this)[Counter::kCyclesShift] + (*this)[Counter::kCyclesRelax] + (*this)[Counter::kCyclesDetect] +
           (*this)[Counter::kCyclesRemove] + (*this)[Counter::kCyclesInject] + (*this)[Counter::kCyclesOverlap] +
           (*this)[Counter::kCyclesCheck];
}

uint64_t Counters::bubble_cycles() const {
    return (*this)[Counter::kCyclesIdle] + (*this)[Counter::kCyclesBlocked] + (*this)[Counter::kCyclesDispatch] +
           (*this)[Counter::kCyclesRespond] + (*this)[Counter::kCyclesRespondWait] + (*this)[Counter::kCyclesSettle];
}

void Counters::add_bank(const Counters& bank) {
    for (size_t i = 0; i < kCounters; ++i) values_.at(i) += bank.values_.at(i);
    (*this)[Counter::kCycles] = bank[Counter::kCycles];
}

}  // namespace sky::model
