// The only file that includes torch/script.h, which takes long to compile.
#include "learn/script_module.h"

#include "varangian/error.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>

#include <map>
#include <optional>

namespace varangian {
namespace {

namespace jit = torch::jit;

// Of the interpreter's long report the part that says what happened.
std::string script_reason(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = torch != nullptr ? torch->what_without_backtrace() : error.what();
  constexpr std::string_view kMark = "RuntimeError: ";
  const size_t at = text.rfind(kMark), begin = at == std::string::npos ? 0 : at + kMark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

// True when a switch of the operator, a constant of the graph, turns its chance off.
bool is_turned_off(const jit::Node& node) {
  const auto schema = node.maybeSchema();
  for (size_t i = 0; schema != nullptr && i < schema->arguments().size() && i < node.inputs().size(); ++i) {
    const std::string& name = schema->arguments()[i].name();
    const auto value = jit::toIValue(node.input(i));
    if (!value) continue;
    if ((name == "train" || name == "training") && value->isBool() && !value->toBool()) return true;
    if ((name == "p" || name == "dropout_p") && value->isDouble() && value->toDouble() == 0) return true;
  }
  return false;
}

// LibTorch marks what draws from its own generator, but for a few forms that work in place.
bool draws_random_numbers(const jit::Node& node) {
  const std::string name = node.kind().toQualString();
  for (const char* word : {"dropout", "::rand", "::bernoulli", "::multinomial", "::normal", "::uniform"})
    if (name.find(word) != std::string::npos) return true;
  const auto* schema = node.maybeSchema();
  if (schema == nullptr) return false;
  const auto known = c10::Dispatcher::singleton().findSchema(schema->operator_name());
  return known && known->hasTag(at::Tag::nondeterministic_seeded);
}

void refuse_chance(const jit::Block& block, const std::string& method) {
  for (const jit::Node* node : block.nodes()) {
    if (draws_random_numbers(*node) && !is_turned_off(*node))
      throw Error::format(
          "\"{}\" uses {}, whose random numbers cannot be those of a worker and a round; take it out of the "
          "model",
          method, node->kind().toQualString());
    for (const jit::Block* inner : node->blocks()) refuse_chance(*inner, method);
  }
}

}  // namespace

// What takes the place of a tensor of the module when its graph runs.
struct ScriptArgument {
  at::Tensor value;
  std::optional<size_t> parameter;  ///< then the weights do
};

namespace {

// Makes inputs of the graph of all tensors that it takes from the module. `objects`: what its values are, as
// far as they are the module and its parts.
void lift_tensors(jit::Block& block, std::map<const jit::Value*, c10::IValue>& objects, jit::Graph& graph,
                  std::vector<at::Tensor>& lifted) {
  for (auto it = block.nodes().begin(); it != block.nodes().end(); ++it) {
    jit::Node* node = *it;
    for (jit::Block* inner : node->blocks()) lift_tensors(*inner, objects, graph, lifted);
    if (node->kind() == c10::prim::SetAttr)
      throw Error::format("it changes its \"{}\" when it runs; all that it remembers must be its weights",
                          node->s(c10::attr::name));
    if (node->kind() != c10::prim::GetAttr) continue;
    const auto owner = objects.find(node->input());
    if (owner == objects.end()) continue;
    const c10::IValue value = owner->second.toObject()->getAttr(node->s(c10::attr::name));
    if (value.isObject()) objects[node->output()] = value;
    if (!value.isTensor()) continue;
    jit::Value* input = graph.addInput();
    input->setType(c10::TensorType::get());
    node->output()->replaceAllUsesWith(input);
    lifted.push_back(value.toTensor());
    it.destroyCurrent();
  }
}

jit::Module loaded(const std::string& file) {
  try {
    return jit::load(file, at::kCPU);
  } catch (const std::exception& error) {
    throw Error::format("not a model that TorchScript can load: {}", script_reason(error));
  }
}

}  // namespace

struct ScriptModule::Program {
  c10::IValue self;
  std::vector<ScriptArgument> arguments;
  jit::Code code;
};

ScriptModule::ScriptModule(const std::string& file) {
  const jit::Module module = loaded(file);
  std::vector<at::Tensor> trained;
  for (const auto& parameter : module.named_parameters()) {
    if (!parameter.value.requires_grad()) continue;  // frozen: a constant
    if (parameter.value.scalar_type() != at::kFloat)
      throw Error::format("parameter \"{}\" is {}, want float32", parameter.name,
                          toString(parameter.value.scalar_type()));
    trained.push_back(parameter.value);
    parameters_.push_back({parameter.name, parameter.value.detach().contiguous()});
  }
  if (trained.empty()) throw Error("it has no parameters that could be trained");
  for (const jit::Method& method : module.get_methods()) {
    const auto graph = method.graph()->copy();
    jit::Inline(*graph);
    refuse_chance(*graph->block(), method.name());
  }
  const jit::Method forward = module.get_method("forward");
  if (forward.num_inputs() != 2)
    throw Error::format("\"forward\" takes {} inputs, want one: the samples", forward.num_inputs() - 1);
  const auto graph = forward.graph()->copy();
  jit::Inline(*graph);
  auto program = std::make_unique<Program>();
  program->self = module._ivalue();
  std::map<const jit::Value*, c10::IValue> objects = {{graph->inputs()[0], program->self}};
  std::vector<at::Tensor> lifted;
  lift_tensors(*graph->block(), objects, *graph, lifted);
  program->code = jit::Code(graph, "forward");
  for (const at::Tensor& value : lifted) {
    std::optional<size_t> index;
    for (size_t i = 0; i < trained.size(); ++i)
      if (value.is_same(trained[i])) index = i;
    program->arguments.push_back({value, index});
  }
  program_ = std::move(program);
}

ScriptModule::~ScriptModule() = default;

at::Tensor ScriptModule::run(const at::Tensor& x, const std::vector<at::Tensor>& weights) const {
  jit::Stack stack = {program_->self, x};
  for (const ScriptArgument& argument : program_->arguments)
    stack.emplace_back(argument.parameter ? weights[*argument.parameter] : argument.value.to(x.device()));
  try {
    jit::InterpreterState(program_->code).run(stack);
  } catch (const std::exception& error) {
    throw Error(script_reason(error));
  }
  if (stack.size() != 1 || !stack[0].isTensor()) throw Error("\"forward\" returns no tensor");
  return stack[0].toTensor();
}

// The crew's threads are in inference mode: what was made there cannot be kept for a gradient, copies can.
std::vector<at::Tensor> ScriptModule::differentiate(const at::Tensor& x,
                                                    const std::vector<at::Tensor>& weights,
                                                    const at::Tensor& grad) const {
  const c10::InferenceMode differentiable(false);
  const at::AutoGradMode recording(true);
  std::vector<at::Tensor> leaves;
  for (const at::Tensor& weight : weights) leaves.push_back(weight.detach().requires_grad_(true));
  return torch::autograd::grad({run(x.clone(), leaves)}, leaves, {grad.clone()}, std::nullopt,
                               /*create_graph=*/false, /*allow_unused=*/true);
}

std::vector<at::Tensor> ScriptModule::buffers() const {
  std::vector<at::Tensor> copies;
  for (const ScriptArgument& argument : program_->arguments)
    if (!argument.parameter) copies.push_back(argument.value.detach().clone());
  return copies;
}

}  // namespace varangian
