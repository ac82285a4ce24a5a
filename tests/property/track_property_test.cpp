// Question: does a nanotrack conserve skyrmions through any sequence of pulses, legal or refused?
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <utility>
#include <vector>

#include "sysc/model/track.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

std::vector<bool> sites_of(const Track& track) {
    std::vector<bool> sites;
    for (uint32_t i = 0; i < track.geometry().sites(); ++i) sites.push_back(track.site(i));
    return sites;
}

RC_GTEST_PROP(PropertyTrack, ChangesItsSkyrmionsOnlyByEffectiveInjectsAndRemoves, ()) {
    const auto depth = *rc::gen::inRange<uint32_t>(2, 9);
    const auto segments = *rc::gen::inRange<uint32_t>(1, 5);
    Track track(test::geometry(depth, segments, 1));
    const auto places = *rc::gen::container<std::vector<bool>>(track.geometry().sites(), rc::gen::arbitrary<bool>());
    for (uint32_t i = 0; i < places.size(); ++i) track.set_site(i, places[i]);
    uint64_t expected = track.skyrmions();

    const auto steps = *rc::gen::container<std::vector<std::pair<uint8_t, uint64_t>>>(
        rc::gen::pair(rc::gen::inRange<uint8_t>(0, 4), rc::gen::arbitrary<uint64_t>()));
    for (const auto& [action, bits] : steps) {
        const PortMask ports(bits & ((uint64_t{1} << track.geometry().ports()) - 1));
        const std::vector<bool> before = sites_of(track);
        const int32_t offset = track.offset();
        try {
            switch (action) {
                case 0: track.shift(bits % 2 == 0 ? Direction::kLeft : Direction::kRight); break;
                case 1:
                    track.shift(static_cast<uint32_t>(bits >> 8) % (segments + 2),
                                static_cast<uint32_t>(bits >> 16) % (segments + 2),
                                bits % 2 == 0 ? Direction::kLeft : Direction::kRight);
                    break;
                case 2: {
                    const PortMask sensed = track.detect(ports);
                    RC_ASSERT(track.remove(ports) == sensed);
                    RC_ASSERT(track.detect(ports).none());
                    for (uint32_t port = 0; port < track.geometry().ports(); ++port)
                        if (ports[port] && before[track.geometry().port_site(port)]) --expected;
                    break;
                }
                default:
                    track.inject(ports);
                    RC_ASSERT(track.detect(ports) == ports);
                    expected += ports.count();
                    break;
            }
        } catch (const TrackError&) {
            RC_ASSERT(sites_of(track) == before);
            RC_ASSERT(track.offset() == offset);
        }
        RC_ASSERT(track.skyrmions() == expected);
    }
}

RC_GTEST_PROP(PropertyTrack, ComesBackFromAnyWalkWithinItsOverhead, ()) {
    const auto depth = *rc::gen::inRange<uint32_t>(2, 65);
    const auto segments = *rc::gen::inRange<uint32_t>(1, 65);
    Track track(test::geometry(depth, segments, 1));
    const uint64_t mask = track.geometry().word_mask();
    std::vector<uint64_t> words;
    for (uint32_t g = 0; g < segments; ++g) {
        words.push_back(*rc::gen::arbitrary<uint64_t>() & mask);
        track.set_word(g, words.back());
    }
    const auto reach = static_cast<int32_t>(depth);
    const auto turns = *rc::gen::container<std::vector<int32_t>>(rc::gen::inRange(-reach, reach + 1));
    const auto walk_to = [&](int32_t target) {
        while (track.offset() < target) track.shift(Direction::kLeft);
        while (track.offset() > target) track.shift(Direction::kRight);
    };
    for (const int32_t turn : turns) {
        walk_to(turn);
        // At offset f > 0 site f - 1 is under the left port, at f < 0 site D + f under the right one.
        if (turn == 0) continue;
        const auto site = static_cast<uint32_t>(turn > 0 ? turn - 1 : reach + turn);
        PortMask all;
        for (uint32_t port = 0; port < track.geometry().ports(); ++port) all[port] = true;
        const PortMask sensed = track.detect(all);
        for (uint32_t g = 0; g < segments; ++g)
            RC_ASSERT(sensed[turn > 0 ? g : g + 1] == ((words[g] >> (depth - 1 - site) & 1) != 0));
    }
    walk_to(0);
    for (uint32_t g = 0; g < segments; ++g) RC_ASSERT(track.word(g) == words[g]);
}

}  // namespace
}  // namespace sky::model
