#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sky {

/// Success, or one message that says what was wrong, where, and what to do.
class [[nodiscard]] Status {
   public:
    Status() = default;
    static Status error(std::string message) { return Status(std::move(message)); }

    [[nodiscard]] bool ok() const { return !message_; }
    [[nodiscard]] const std::string& message() const {
        static const std::string kNone;
        return message_ ? *message_ : kNone;
    }

   private:
    explicit Status(std::string message) : message_(std::move(message)) {}
    std::optional<std::string> message_;
};

/// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
   public:
    Result(T value) : content_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
    Result(Status status) : content_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return content_.index() == 0; }
    /// Only when ok().
    [[nodiscard]] T& value() { return std::get<0>(content_); }
    [[nodiscard]] const T& value() const { return std::get<0>(content_); }
    [[nodiscard]] Status status() const { return ok() ? Status() : std::get<1>(content_); }

   private:
    std::variant<T, Status> content_;
};

}  // namespace sky
