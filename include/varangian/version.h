#pragma once

namespace varangian {

inline constexpr const char* kVersion = "0.1.0";

/// Raised when a plugin compiled before would misread an interface of include/varangian.
inline constexpr int kSdkVersion = 6;

/// Raised when the engine would give the same config another curve; part of every run's identity.
inline constexpr int kEngineRevision = 3;

}  // namespace varangian
