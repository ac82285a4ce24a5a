#pragma once

#include <memory>

namespace sc_core {
class sc_simcontext;
}

namespace sky::tlm {

/// A SystemC kernel of its own, so that several simulations can live in one process, one after the other or side
/// by side. Everything of a simulation (modules, events, sc_start) is made, used and destroyed inside a Scope.
class Kernel {
   public:
    Kernel();
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    /// Makes the kernel the current one while it lives.
    class Scope {
       public:
        explicit Scope(Kernel& kernel);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

       private:
        sc_core::sc_simcontext* previous_;
    };

   private:
    std::unique_ptr<sc_core::sc_simcontext> context_;
};

}  // namespace sky::tlm
