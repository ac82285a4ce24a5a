#include "sysc/model/counters.hpp"

namespace sky::model {

namespace {
constexpr std::array<CounterInfo, kCounters> kInfo{{
    {"cycles", "cycles", "controller cycles since reset"},
    {"cycles_idle", "cycles", "bubble: nothing to do"},
    {"cycles_dispatch", "cycles", "bubble: a command leaves the queue and is checked"},
    {"cycles_collect", "cycles", "bubble: a write-data beat is taken"},
    {"cycles_data_wait", "cycles", "bubble: a write-data beat is awaited"},
    {"cycles_respond", "cycles", "bubble: a response beat is taken"},
    {"cycles_respond_wait", "cycles", "bubble: a response beat waits for the host"},
    {"cycles_shift", "cycles", "operation time of shifts"},
    {"cycles_detect", "cycles", "operation time of detects"},
    {"cycles_remove", "cycles", "operation time of removes"},
    {"cycles_inject", "cycles", "operation time of injects"},
    {"shifts", "pulses", "shift pulses"},
    {"track_steps", "track-steps", "shift pulses times the tracks that moved"},
    {"detects", "ports", "detects, one for each port that sensed"},
    {"removes", "ports", "removes, one for each port that removed"},
    {"empty_removes", "ports", "removes that found no skyrmion (included in removes)"},
    {"injects", "ports", "injects, one for each port that injected"},
    {"energy_fj", "fJ", "energy of all device operations"},
    {"reads", "commands", "READ commands done"},
    {"writes_naive", "commands", "WRITE commands done, erase then write"},
    {"writes_dcw", "commands", "WRITE commands done, compare and change in place"},
    {"erases", "commands", "ERASE commands done"},
    {"barriers", "commands", "BARRIER commands done"},
    {"refused", "commands", "commands answered with an error status"},
    {"words_read", "words", "words answered to READ"},
    {"words_written", "words", "words written by WRITE"},
    {"queue_cycles", "command-cycles", "sum over cycles of the commands waiting in the queue"},
    {"recoveries", "passes", "passes cut by a reset and brought home"},
}};
}  // namespace

const CounterInfo& info(Counter counter) { return kInfo.at(static_cast<size_t>(counter)); }

Counters Counters::operator-(const Counters& before) const {
    Counters since;
    for (size_t i = 0; i < kCounters; ++i) since.values_.at(i) = values_.at(i) - before.values_.at(i);
    return since;
}

uint64_t Counters::op_cycles() const {
    return (*this)[Counter::kCyclesShift] + (*this)[Counter::kCyclesDetect] + (*this)[Counter::kCyclesRemove] +
           (*this)[Counter::kCyclesInject];
}

uint64_t Counters::bubble_cycles() const {
    return (*this)[Counter::kCyclesIdle] + (*this)[Counter::kCyclesDispatch] + (*this)[Counter::kCyclesCollect] +
           (*this)[Counter::kCyclesDataWait] + (*this)[Counter::kCyclesRespond] +
           (*this)[Counter::kCyclesRespondWait];
}

}  // namespace sky::model
