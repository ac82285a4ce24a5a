#include "host/index/beps.hpp"

namespace sky::index {

/// Keeps the states of the group's key that live snapshots see and the leaf will not hold: the old entry, and what
/// the first few messages make of it. Notes whose value slots stay taken.
void Beps::keep_versions(const MessageBuffer* from, Records& records, Group& group) {
    if (versions_.empty()) return;
    const std::span<Record> messages = group.messages;
    group.keeps_old = group.old && versions_.sees_entry(group.key(), messages.front().sequence);
    if (group.keeps_old) versions_.keep(records, *group.old, versions_.born(group.key()), messages.front().sequence);
    group.keeps.assign(messages.size(), false);
    for (size_t i = 0; i + 1 < messages.size(); ++i) {
        const uint64_t born = messages[i].sequence;
        const uint64_t died = messages[i + 1].sequence;
        if (!versions_.any_in(born, died) || messages[i].kind == MessageKind::kDelete) continue;
        for (Record& message : messages.first(i + 1))
            if (from != nullptr) from->load_value(io_, records, message, Cause::kFlushValue);
        if (is_put(messages[i].kind)) {
            versions_.keep(records, messages[i], born, died);
            group.keeps[i] = true;
        } else {
            const Folded folded = fold(records, messages.first(i + 1), records, group.old ? &*group.old : nullptr);
            versions_.keep_number(group.key(), folded.number, born, died);
        }
    }
    if (group.leaves_value())
        versions_.entry_written(group.key(), messages.back().sequence);
    else
        versions_.entry_erased(group.key());
}

}  // namespace sky::index
