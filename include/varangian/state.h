#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace varangian {

/// What an axis of a state tensor counts, so that it can be sharded and survive participation.
enum class Axis { worker, column, none };

/// Named tensors that live from round to round. Everything in it is checkpointed, without its owner's help.
class State {
 public:
  struct Entry {
    std::string name;
    std::vector<Axis> axes;  ///< one for each dimension of value
    at::Tensor value;
  };

  /// Throws Error when the name exists. Returns the stored tensor.
  at::Tensor add(std::string name, std::vector<Axis> axes, at::Tensor value);

  /// Throws Error when there is none of that name.
  const at::Tensor& operator[](const std::string& name) const;

  /// Entries whose name begins with `prefix`, without it; of those with workers as first axis, `count` from
  /// `first`. They share the values.
  State part(const std::string& prefix, int64_t first, int64_t count) const;
  State part(const std::string& prefix) const;

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace varangian
