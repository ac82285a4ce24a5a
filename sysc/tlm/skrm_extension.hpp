#pragma once

#include <cstdint>
#include <tlm>
#include <vector>

#include "sysc/model/command.hpp"

namespace sky::tlm {

/// Carries one native request of the controller through a generic payload (whose command is then
/// TLM_IGNORE_COMMAND). Without it the target takes the payload as a byte access.
class SkrmExtension final : public ::tlm::tlm_extension<SkrmExtension> {
   public:
    model::Command command;
    std::vector<uint64_t> data;                       ///< to the target: command.data_beats(geometry) words
    model::RspStatus status = model::RspStatus::kOk;  ///< from the target
    std::vector<uint64_t> words;                      ///< from the target: what READ answered, in mask order

    [[nodiscard]] tlm_extension_base* clone() const override { return new SkrmExtension(*this); }
    void copy_from(const tlm_extension_base& other) override { *this = static_cast<const SkrmExtension&>(other); }
};

}  // namespace sky::tlm
