#include "learn/model.h"
#include "learn/script_module.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>

namespace varangian {
namespace {

// A whole TorchScript module as one layer; each worker's gradient by LibTorch's autograd.
class ScriptLayer final : public Layer {
 public:
  ScriptLayer(const std::string& file, bool initial_from_file, int64_t outputs)
      : module_(file), from_file_(initial_from_file), outputs_(outputs) {
    for (const ScriptModule::Parameter& parameter : module_.parameters()) {
      offsets_.push_back(parameters_);
      parameters_ += parameter.value.numel();
    }
  }

  int64_t parameters() const override { return parameters_; }
  bool one_worker_at_a_time() const override { return true; }

  // The first parameter of each submodule that has any.
  std::vector<int64_t> starts() const override {
    std::vector<int64_t> found;
    std::string last;
    for (size_t i = 0; i < offsets_.size(); ++i) {
      const std::string& name = module_.parameters()[i].name;
      const std::string owner = name.substr(0, name.rfind('.'));
      if (i == 0 || owner != last) found.push_back(offsets_[i]);
      last = owner;
    }
    return found;
  }

  // One forward and backward of two samples: everything that could go wrong does so before a run starts.
  Shape output(const Shape& input) const override {
    const std::vector<at::Tensor> before = module_.buffers();
    Shape whole = {2};
    int64_t width = 1;
    for (const int64_t size : input) {
      whole.push_back(size);
      width *= size;
    }
    const Random random(0, Purpose::initial_weights);
    at::Tensor x = at::empty({2, width}), weights = at::empty({parameters_});
    random.uniform(x, kTwo);
    initialise(weights, random, 0);
    at::Tensor outputs;
    try {
      Saved saved;
      outputs = forward(x.view(whole), weights, saved);
    } catch (const Error& error) {
      throw Error::format("it cannot take samples of shape [batch, {}]: {}", fmt::join(input, ", "),
                          error.what());
    }
    if (outputs.sizes() != at::IntArrayRef({2, outputs_}) || outputs.scalar_type() != at::kFloat)
      throw Error::format("it makes {} [{}] of 2 samples, want float32 [2, {}]",
                          toString(outputs.scalar_type()), fmt::join(outputs.sizes(), ", "), outputs_);
    module_.differentiate(x.view(whole), views(weights), at::ones_like(outputs));
    const std::vector<at::Tensor> after = module_.buffers();
    for (size_t i = 0; i < before.size(); ++i)
      if (!at::equal(before[i], after[i]))
        throw Error(
            "it changes a buffer when it runs, as batch norm does in training; save it after model.eval(), "
            "or "
            "take another normalisation");
    return {outputs_};
  }

  // Matrices and kernels as our own layers: uniform within 1 / sqrt(inputs of one output). Vectors that scale
  // (named weight) are 1, others 0.
  void initialise(at::Tensor weights, const Random& random, uint32_t) const override {
    for (size_t i = 0; i < offsets_.size(); ++i) {
      const auto& [name, value] = module_.parameters()[i];
      const int64_t size = value.numel();
      at::Tensor part = weights.narrow(0, offsets_[i], size);
      if (from_file_) {
        part.copy_(value.view({size}));
      } else if (value.dim() >= 2) {
        const int64_t stream[] = {static_cast<int64_t>(i)};
        random.uniform(part.unsqueeze(0), stream);
        part.mul_(1 / std::sqrt(static_cast<double>(size / value.size(0))));
      } else {
        part.fill_(name.ends_with("weight") ? 1 : 0);
      }
    }
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor& weights, Saved& saved) const override {
    saved = {x};
    return module_.run(x, views(weights));
  }

  // Each worker's part runs again: only then are its gradients its own.
  at::Tensor backward(const at::Tensor& grad, const Saved& saved, const at::Tensor& weights, at::Tensor rows,
                      bool wants_input) const override {
    VARANGIAN_ASSERT_EQ(wants_input, false);  // it is the only layer of its network
    const int64_t workers = rows.size(0), batch = saved[0].size(0) / workers;
    for (int64_t i = 0; i < workers; ++i) {
      const std::vector<at::Tensor> gradients = module_.differentiate(
          saved[0].narrow(0, i * batch, batch), views(weights), grad.narrow(0, i * batch, batch));
      for (size_t k = 0; k < offsets_.size(); ++k) {
        at::Tensor part = rows[i].narrow(0, offsets_[k], module_.parameters()[k].value.numel());
        if (gradients[k].defined())
          part.copy_(gradients[k].reshape(part.sizes()));
        else
          part.zero_();
      }
    }
    return {};
  }

 private:
  static constexpr int64_t kTwo[] = {0, 1};

  std::vector<at::Tensor> views(const at::Tensor& weights) const {
    std::vector<at::Tensor> all;
    for (size_t i = 0; i < offsets_.size(); ++i) {
      const at::Tensor& value = module_.parameters()[i].value;
      all.push_back(weights.narrow(0, offsets_[i], value.numel()).view(value.sizes()));
    }
    return all;
  }

  ScriptModule module_;
  bool from_file_;
  int64_t outputs_, parameters_ = 0;
  std::vector<int64_t> offsets_;  ///< of each parameter in the flat weights
};

const Descriptor kTorchScript{
    .kind = Kind::model,
    .name = "torchscript",
    .summary = "a model from a file that torch.jit.script or trace saved; one worker at a time",
    .citation = "pytorch.org, torch.jit",
    .parameters = {{.name = "file",
                    .summary = "what torch.jit.save wrote",
                    .initial = std::string(),
                    .required = true,
                    .is_file = true},
                   {.name = "init",
                    .summary = "initial weights: drawn from the run's seed, or those in the file",
                    .initial = std::string("seed"),
                    .choices = {"seed", "file"}},
                   {.name = "log_softmax",
                    .summary = "it ends in log-probabilities, for the loss nll",
                    .initial = false}},
};

class TorchScript final : public Model {
 public:
  explicit TorchScript(const Values& values)
      : file_(values.text("file")),
        from_file_(values.text("init") == "file"),
        log_softmax_(values.flag("log_softmax")) {}

  Network build(const Shape& input, int64_t outputs) const override {
    try {
      std::vector<std::unique_ptr<Layer>> layers;
      layers.push_back(std::make_unique<ScriptLayer>(file_, from_file_, outputs));
      return Network(std::move(layers), input);
    } catch (const Error& error) {
      throw Error::format("{}: {}", file_, error.what());
    }
  }

  bool log_probabilities() const override { return log_softmax_; }

 private:
  std::string file_;
  bool from_file_, log_softmax_;
};

}  // namespace

VARANGIAN_REGISTER(TorchScript, kTorchScript)

}  // namespace varangian
