#include "host/offload/train/safetensors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"
#include "host/offload/half.hpp"
#include "host/offload/plan/unique_json.hpp"

namespace sky::offload {

namespace {

using memory::printable;
using memory::printable_name;
using nlohmann::json;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = uint64_t{100} << 20;
constexpr uint64_t kHeaderStep = 8;  // a header is padded to it
constexpr uint64_t kMaxElements = uint64_t{1} << 48;

static_assert(std::endian::native == std::endian::little, "the files are little endian");

/// Closes at the end of its life.
class OpenFile {
   public:
    explicit OpenFile(const std::string& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~OpenFile() {
        if (file_ >= 0) close(file_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] bool ok() const { return file_ >= 0; }

    /// Whether that many bytes were there.
    [[nodiscard]] bool read(void* to, uint64_t bytes, uint64_t offset) const {
        auto* at = static_cast<char*>(to);
        while (bytes > 0) {
            const ssize_t got = pread(file_, at, bytes, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return false;
            at += got;
            offset += static_cast<uint64_t>(got);
            bytes -= static_cast<uint64_t>(got);
        }
        return true;
    }

   private:
    int file_;
};

Status damaged(const std::string& path, const std::string& what, const std::string& remedy) {
    return Status::error(fmt::format("{}: {}\n{}", printable_name(path), what, remedy));
}

std::optional<Dtype> dtype_of(const std::string& name) {
    if (name == "F32") return Dtype::kFp32;
    if (name == "F16") return Dtype::kFp16;
    if (name == "BF16") return Dtype::kBf16;
    return std::nullopt;
}

/// One entry of a header, `data` being where the numbers begin and `end` where the file does.
Result<SafeTensor> read_entry(const std::string& path, const std::string& name, const json& entry, uint64_t data,
                              uint64_t end) {
    const auto wrong = [&](const std::string& what, const std::string& remedy) {
        return damaged(path, fmt::format("tensor '{}' {}", printable(name), what), remedy);
    };
    const auto numbers = [](const json& list) {
        return list.is_array() &&
               std::all_of(list.begin(), list.end(), [](const json& x) { return x.is_number_unsigned(); });
    };
    if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string() || !entry.contains("shape") ||
        !numbers(entry["shape"]) || !entry.contains("data_offsets") || !numbers(entry["data_offsets"]) ||
        entry["data_offsets"].size() != 2)
        return wrong("has no dtype, shape and data_offsets", "get the file again");
    SafeTensor tensor{.name = name, .file = path, .dtype = {}, .shape = {}, .offset = 0, .elements = 1};
    const auto dtype = entry["dtype"].get<std::string>();
    const std::optional<Dtype> known = dtype_of(dtype);
    if (!known) return wrong(fmt::format("has the dtype {}", printable(dtype)), "expected F32, F16 or BF16");
    tensor.dtype = *known;
    for (const json& size : entry["shape"]) {
        tensor.shape.push_back(size.get<uint64_t>());
        if (tensor.shape.back() > kMaxElements / std::max<uint64_t>(1, tensor.elements))
            return wrong("has an absurd shape", "get the file again");
        tensor.elements *= tensor.shape.back();
    }
    const auto from = entry["data_offsets"][0].get<uint64_t>();
    const auto to = entry["data_offsets"][1].get<uint64_t>();
    const uint64_t bytes = tensor.elements * bytes_of(tensor.dtype);
    if (to < from || to - from != bytes)
        return wrong(fmt::format("has the offsets {} to {}", from, to), fmt::format("expected {} bytes", bytes));
    if (to > end - data)
        return wrong(fmt::format("ends at byte {}, and the file has {}", data + to, end),
                     fmt::format("the file is truncated: it needs {} bytes; get it again", data + to));
    tensor.offset = data + from;
    return tensor;
}

/// The numbers of a file belong to its tensors, each to one: no two overlap, and none belongs to none.
Status check_places(const std::string& path, std::vector<SafeTensor> tensors, uint64_t data, uint64_t end) {
    const auto behind = [](const SafeTensor& t) { return t.offset + t.elements * bytes_of(t.dtype); };
    std::sort(tensors.begin(), tensors.end(), [&](const SafeTensor& a, const SafeTensor& b) {
        return a.offset != b.offset ? a.offset < b.offset : behind(a) < behind(b);
    });
    uint64_t at = data;
    std::string last = "the header";
    for (const SafeTensor& tensor : tensors) {
        if (tensor.offset < at)
            return damaged(path,
                           fmt::format("tensor '{}' begins at byte {}, within {}, which ends at byte {}",
                                       printable(tensor.name), tensor.offset, last, at),
                           "its offsets overlap; get the file again");
        if (tensor.offset > at)
            return damaged(path,
                           fmt::format("the bytes from {} to {}, between {} and tensor '{}', belong to no tensor", at,
                                       tensor.offset, last, printable(tensor.name)),
                           "expected tensors without gaps; get the file again");
        at = behind(tensor);
        last = fmt::format("tensor '{}'", printable(tensor.name));
    }
    if (at == end) return {};
    return damaged(path, fmt::format("the bytes from {} to {}, behind {}, belong to no tensor", at, end, last),
                   "expected the end of the file there; get the file again");
}

/// All entries of one file, appended.
Status read_header(const std::string& path, std::vector<SafeTensor>& tensors) {
    const OpenFile file(path);
    if (!file.ok()) return memory::file_error(path, "open", errno);
    std::error_code error;
    const uint64_t end = std::filesystem::file_size(path, error);
    uint64_t length = 0;
    if (error || !file.read(&length, kLengthBytes, 0))
        return damaged(path, fmt::format("this is no safetensors file: it has {} bytes", error ? 0 : end),
                       "expected 8 bytes with the length of a header, and the header");
    if (length > kMaxHeaderBytes || kLengthBytes + length > end)
        return damaged(path, fmt::format("its header should have {} bytes, and the file has {}", length, end),
                       fmt::format("the file is truncated, or none of safetensors: it needs {} bytes; get it again",
                                   kLengthBytes + std::min(length, kMaxHeaderBytes)));
    std::string text(length, '\0');
    if (!file.read(text.data(), length, kLengthBytes)) return memory::file_error(path, "read", errno);
    const Result<json> header = parse_unique_json(text);
    if (!header.ok())
        return Status::error(
            fmt::format("the header of {}{}\nget the file again", printable_name(path), header.status().message()));
    if (!header.value().is_object()) return damaged(path, "its header is no JSON object", "get the file again");
    const uint64_t data = kLengthBytes + length;
    std::vector<SafeTensor> own;
    for (const auto& [name, entry] : header.value().items()) {
        if (name == "__metadata__") continue;
        Result<SafeTensor> tensor = read_entry(path, name, entry, data, end);
        if (!tensor.ok()) return tensor.status();
        own.push_back(std::move(tensor.value()));
    }
    if (Status s = check_places(path, own, data, end); !s.ok()) return s;
    std::move(own.begin(), own.end(), std::back_inserter(tensors));
    return {};
}

/// The files that an index names, each once.
Result<std::vector<std::string>> files_of_index(const std::filesystem::path& index, json& weight_map) {
    std::ifstream in(index, std::ios::binary);
    if (!in) return memory::file_error(index.string(), "open", errno);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    Result<json> parsed = parse_unique_json(text);
    if (!parsed.ok())
        return Status::error(fmt::format("{}{}\nexpected an object with a weight_map", printable_name(index.string()),
                                         parsed.status().message()));
    json& object = parsed.value();
    if (!object.is_object() || !object.contains("weight_map") || !object["weight_map"].is_object() ||
        object["weight_map"].empty())
        return damaged(index.string(), "this is no index of safetensors", "expected an object with a weight_map");
    weight_map = std::move(object["weight_map"]);
    std::vector<std::string> files;
    for (const auto& [name, file] : weight_map.items()) {
        if (!file.is_string() || file.get<std::string>().find('/') != std::string::npos)
            return damaged(index.string(), fmt::format("the file of tensor '{}' is no name", printable(name)),
                           "expected a file of the same folder");
        files.push_back((index.parent_path() / file.get<std::string>()).string());
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

Status check_index(const std::string& index, const json& weight_map, const std::vector<SafeTensor>& tensors) {
    for (const auto& [name, file] : weight_map.items()) {
        const auto same = [&, name = name, file = file](const SafeTensor& tensor) {
            return tensor.name == name && std::filesystem::path(tensor.file).filename() == file.get<std::string>();
        };
        if (std::none_of(tensors.begin(), tensors.end(), same))
            return damaged(index, fmt::format("tensor '{}' is not in {}", printable(name), file.dump()),
                           "get the files again");
    }
    return {};
}

/// The files of a folder that hold its weights, by name, and the index that says so.
struct WeightFiles {
    std::vector<std::string> files;
    std::string index;  ///< empty: none
    json weight_map;
};

Result<WeightFiles> find_files(const std::string& folder) {
    WeightFiles found;
    std::vector<std::string> indexes;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".safetensors")) found.files.push_back(entry.path().string());
        if (name.ends_with(".safetensors.index.json")) indexes.push_back(entry.path().string());
    }
    if (error) return memory::file_error(folder, "open the folder", error.value());
    if (indexes.size() > 1)
        return Status::error(fmt::format("{} has {} files *.safetensors.index.json\nexpected one at most",
                                         printable_name(folder), indexes.size()));
    std::sort(found.files.begin(), found.files.end());
    if (!indexes.empty()) {
        Result<std::vector<std::string>> named = files_of_index(indexes.front(), found.weight_map);
        if (!named.ok()) return named.status();
        found.index = indexes.front();
        found.files = std::move(named.value());
        return found;
    }
    // Of several files without an index these names stand for all of the weights.
    for (const char* const whole : {"model.safetensors", "init.safetensors"}) {
        const std::string path = (std::filesystem::path(folder) / whole).string();
        if (std::find(found.files.begin(), found.files.end(), path) == found.files.end()) continue;
        found.files = {path};
        break;
    }
    return found;
}

}  // namespace

std::vector<std::string> SafeTensors::files_in(const std::string& folder) {
    const Result<WeightFiles> found = find_files(folder);
    if (!found.ok()) return {};
    std::vector<std::string> files = found.value().files;
    if (!found.value().index.empty()) files.push_back(found.value().index);
    return files;
}

Result<SafeTensors> SafeTensors::find(const std::string& folder) {
    const Result<WeightFiles> named = find_files(folder);
    if (!named.ok()) return named.status();
    SafeTensors found;
    found.any_file_ = !named.value().files.empty();
    for (const std::string& file : named.value().files)
        if (Status s = read_header(file, found.tensors_); !s.ok()) return s;
    if (!named.value().index.empty())
        if (Status s = check_index(named.value().index, named.value().weight_map, found.tensors_); !s.ok()) return s;
    const auto by_name = [](const SafeTensor& a, const SafeTensor& b) { return a.name < b.name; };
    std::sort(found.tensors_.begin(), found.tensors_.end(), by_name);
    for (size_t i = 1; i < found.tensors_.size(); ++i)
        if (found.tensors_[i].name == found.tensors_[i - 1].name)
            return Status::error(fmt::format(
                "tensor '{}' is in {} and in {}\nkeep one of the two files, or an index that names the right one",
                printable(found.tensors_[i].name), printable_name(found.tensors_[i - 1].file),
                printable_name(found.tensors_[i].file)));
    return found;
}

const SafeTensor* SafeTensors::find_tensor(const std::string& name) const {
    const auto at = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                     [](const SafeTensor& tensor, const std::string& n) { return tensor.name < n; });
    return at != tensors_.end() && at->name == name ? &*at : nullptr;
}

Status SafeTensors::read(const SafeTensor& tensor, uint64_t first, std::span<float> to) {
    const OpenFile file(tensor.file);
    if (!file.ok()) return memory::file_error(tensor.file, "open", errno);
    const uint64_t width = bytes_of(tensor.dtype);
    // Halves arrive in the upper half of where they will be, and are widened from the front.
    auto* const raw = reinterpret_cast<std::byte*>(to.data()) + to.size() * (sizeof(float) - width);
    if (!file.read(raw, to.size() * width, tensor.offset + first * width))
        return damaged(tensor.file, fmt::format("cannot read tensor '{}'", printable(tensor.name)),
                       "the file has changed, or its device fails");
    if (tensor.dtype == Dtype::kFp32) return {};
    for (uint64_t i = 0; i < to.size(); ++i) {
        uint16_t half = 0;
        std::memcpy(&half, raw + i * width, width);
        to[i] = tensor.dtype == Dtype::kFp16 ? fp16_to_fp32(half) : bf16_to_fp32(half);
    }
    return {};
}

Result<std::unique_ptr<SafeTensorsWriter>> SafeTensorsWriter::create(const std::string& path,
                                                                     std::span<const Entry> entries) {
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path);
    if (!file.ok()) return file.status();
    nlohmann::ordered_json header;
    uint64_t at = 0;
    for (const Entry& entry : entries) {
        uint64_t elements = 1;
        for (const uint64_t size : entry.shape) elements *= size;
        header[entry.name] = {
            {"dtype", "F32"}, {"shape", entry.shape}, {"data_offsets", {at, at + elements * sizeof(float)}}};
        at += elements * sizeof(float);
    }
    std::string text = header.dump();
    text.append((kHeaderStep - text.size() % kHeaderStep) % kHeaderStep, ' ');
    const uint64_t length = text.size();
    std::unique_ptr<SafeTensorsWriter> writer(new SafeTensorsWriter(std::move(file.value())));
    writer->left_ = at;
    writer->file_->write(std::as_bytes(std::span(&length, 1)));
    writer->file_->write(text);
    return writer;
}

Status SafeTensorsWriter::write(std::span<const float> values) {
    left_ -= values.size_bytes();
    file_->write(std::as_bytes(values));
    return file_->status();
}

Status SafeTensorsWriter::commit() {
    if (left_ != 0)
        return Status::error(
            fmt::format("{}: {} bytes of tensors are missing", printable_name(file_->path()), left_));
    return file_->commit();
}

}  // namespace sky::offload
