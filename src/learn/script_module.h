#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace varangian {

/// A model that TorchScript saved, as a function of its input and its weights. Its graph runs operator by
/// operator in LibTorch's interpreter, never in the executor that rewrites a graph after having watched it:
/// that would change bits from run to run. Several threads may use it at once.
class ScriptModule {
 public:
  /// A tensor that is trained, float32, contiguous, as the file has it.
  struct Parameter {
    std::string name;
    at::Tensor value;
  };

  /// Throws Error when the file cannot be loaded, and on what could not be repeated or trained.
  explicit ScriptModule(const std::string& file);
  ~ScriptModule();

  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// With these in the place of the parameters. Throws Error with what the interpreter says.
  at::Tensor run(const at::Tensor& x, const std::vector<at::Tensor>& weights) const;

  /// Gradients of <grad, run(x, weights)> with respect to the weights; undefined where there is none.
  std::vector<at::Tensor> differentiate(const at::Tensor& x, const std::vector<at::Tensor>& weights,
                                        const at::Tensor& grad) const;

  /// Copies of all tensors of the module that are no parameters.
  std::vector<at::Tensor> buffers() const;

 private:
  struct Program;
  std::vector<Parameter> parameters_;
  std::unique_ptr<const Program> program_;
};

}  // namespace varangian
