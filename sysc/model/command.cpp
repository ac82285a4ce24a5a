#include "sysc/model/command.hpp"

namespace sky::model {

const char* to_string(Op op) {
    switch (op) {
        case Op::kRead: return "READ";
        case Op::kWrite: return "WRITE";
        case Op::kErase: return "ERASE";
        case Op::kScan: return "SCAN";
        case Op::kBarrier: return "BARRIER";
    }
    return "unknown operation";
}

const char* to_string(WriteAlg alg) {
    switch (alg) {
        case WriteAlg::kNaive: return "naive";
        case WriteAlg::kDcw: return "dcw";
        case WriteAlg::kPw: return "pw";
        case WriteAlg::kFnw: return "fnw";
        case WriteAlg::kPwFnw: return "pw_fnw";
        case WriteAlg::kAuto: return "auto";
    }
    return "unknown write algorithm";
}

const char* to_string(RspStatus status) {
    switch (status) {
        case RspStatus::kOk: return "ok";
        case RspStatus::kBadOp: return "operation not supported";
        case RspStatus::kBadRow: return "row does not exist";
        case RspStatus::kBadSite: return "site does not exist (word-based: only 0)";
        case RspStatus::kEmptyMask: return "segment mask is empty";
        case RspStatus::kBadMask: return "segment does not exist";
        case RspStatus::kBadWriteAlg: return "write algorithm not supported";
        case RspStatus::kNoFlagSite: return "flip-n-write needs an array with flag_site";
        case RspStatus::kManySegments: return "a permutation write takes one segment";
        case RspStatus::kProtected: return "no permutation write with position protection on";
        case RspStatus::kPositionLost: return "a track slipped by two sites or more";
    }
    return "unknown status";
}

}  // namespace sky::model
