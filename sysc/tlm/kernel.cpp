#include "sysc/tlm/kernel.hpp"

#include <systemc>

namespace sky::tlm {

Kernel::Kernel() : context_(std::make_unique<sc_core::sc_simcontext>()) {}

Kernel::~Kernel() {
    const Scope scope(*this);
    context_.reset();
}

Kernel::Scope::Scope(Kernel& kernel) : previous_(sc_core::sc_curr_simcontext) {
    sc_core::sc_curr_simcontext = kernel.context_.get();
}

Kernel::Scope::~Scope() { sc_core::sc_curr_simcontext = previous_; }

}  // namespace sky::tlm

/// The SystemC library asks for it; our programs have a main of their own, and a platform may bring its own.
__attribute__((weak)) int sc_main(int /*argc*/, char* /*argv*/[]) { return 0; }
