#include "experiments/grammar.h"

#include "experiments/breakdown.h"
#include "experiments/preset.h"
#include "experiments/search_adversary.h"

namespace varangian {
namespace {

using Type = Node::Type;

Node object(std::string name, std::string summary, std::vector<Node> children) {
  Node node{.name = std::move(name), .summary = std::move(summary), .type = Type::object};
  node.children = std::move(children);
  return node;
}

Node component(std::string name, Kind kind, std::string summary, std::vector<Node> extras = {}) {
  Node node{.name = std::move(name), .summary = std::move(summary), .type = Type::component};
  node.kind = kind;
  node.children = std::move(extras);
  return node;
}

Node list(std::string name, std::string summary, Node element, Json initial) {
  Node node{.name = std::move(name), .summary = std::move(summary), .type = Type::list};
  node.children = {std::move(element)};
  node.initial = std::move(initial);
  return node;
}

Node integer(std::string name, std::string summary, Json initial, double low,
             double high = 9007199254740992.0) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .type = Type::integer,
          .initial = std::move(initial),
          .low = low,
          .high = high};
}

Node number(std::string name, std::string summary, Json initial, double low, double high) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .type = Type::number,
          .initial = std::move(initial),
          .low = low,
          .high = high};
}

Node boolean(std::string name, std::string summary, bool initial) {
  return {.name = std::move(name), .summary = std::move(summary), .type = Type::boolean, .initial = initial};
}

Node text(std::string name, std::string summary, Json initial, std::vector<std::string> choices = {}) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .type = Type::text,
          .initial = std::move(initial),
          .choices = std::move(choices)};
}

Node required(Node node) {
  node.required = true;
  return node;
}

Node nullable(Node node) {
  node.nullable = true;
  return node;
}

Node later(Node node) {
  node.later = true;
  return node;
}

Node any(std::string name, std::string summary, Json schema) {
  return {
      .name = std::move(name), .summary = std::move(summary), .type = Type::any, .schema = std::move(schema)};
}

Node task() {
  const Node dataset =
      component("dataset", Kind::dataset, "what is trained on",
                {number("validation", "share of the training set kept for validation", 0.0, 0, 0.9),
                 later(list("augment", "changes to training samples", any("", "", nullptr), Json::array()))});
  const Node metric = component("", Kind::metric, "a metric");
  return object(
      "task", "data, model and loss",
      {required(dataset), nullable(component("model", Kind::model, "what is trained; none for a quadratic")),
       nullable(component("loss", Kind::loss, "default cross_entropy")),
       nullable(list("metrics", "what is measured beside the loss; default accuracy", metric, nullptr))});
}

Node workers() {
  Node partition =
      component("partition", Kind::partition, "how the training samples are dealt to the workers",
                {text("byzantine_data",
                      "the liars' data: a shard as everyone's, none, or all that the "
                      "honest workers hold",
                      "shard", {"shard", "none", "honest_union"}),
                 text("short_shard", "what to do when a shard is smaller than the batch", "error",
                      {"error", "smaller_batch"}),
                 nullable(integer("shards",
                                  "into how many shards the samples are dealt, of which everyone who holds "
                                  "data draws one; null: as many as are needed",
                                  nullptr, 1, 10000))});
  partition.initial = {{"name", "iid"}};
  return object(
      "workers", "who takes part: exactly two of count, honest and byzantine",
      {nullable(integer("count", "n, all workers", nullptr, 1, 10000)),
       nullable(integer("honest", "honest workers", nullptr, 1, 10000)),
       nullable(number("byzantine", "f, the liars; below 1 a fraction of count", nullptr, 0, 9999)),
       text("which", "which worker ids lie", "last", {"last", "first", "random"}),
       later(number("participation", "share of the workers drawn each round", 1.0, 0, 1)),
       object("local", "local steps", {later(integer("steps", "gradient steps between messages", 1, 1))}),
       partition,
       object(
           "batch", "samples of each worker in a round",
           {nullable(integer("size", "samples; 32 where there is no total either", nullptr, 1, 1000000)),
            nullable(integer("total", "samples of all workers together, in place of size: rounded for each",
                             nullptr, 1, 1000000000))}),
       object("momentum", "at each worker: m = beta m + (1 - beta) g when damped, else m = beta m + g",
              {number("beta", "0 sends the gradient itself", 0.0, 0, 0.999999),
               boolean("damped", "scale the gradient by 1 - beta", true)}),
       nullable(number("clip", "largest norm of a worker's gradient, before momentum; null: no clipping",
                       nullptr, 1e-30, 1e30)),
       nullable(integer("cohort", "workers computed together; null: chosen from n, batch and model", nullptr,
                        1, 10000))});
}

Node adversaries() {
  Node rounds = list("rounds", "first and last round of lying; null: to the end",
                     nullable(integer("", "a round", nullptr, 1)), Json::array({1, nullptr}));
  rounds.schema = nullptr;
  const Node adversary =
      component("", Kind::adversary, "an adversary",
                {any("workers", "how many liars follow it, or \"rest\"",
                     {{"anyOf", {{{"type", "integer"}, {"minimum", 1}}, {{"const", "rest"}}}}}),
                 rounds,
                 text("stage", "what the lie replaces: the message, or the gradient before worker momentum",
                      "message", {"message", "gradient"})});
  return list("adversaries", "what the liars do", adversary, Json::array());
}

Node compressor() {
  const Node feedback = nullable(
      object("error_feedback", "what the codec loses joins the next message; null: it is lost",
             {number("decay", "of the residual in each round; 1: nothing is forgotten", 1.0, 0, 1),
              text("units",
                   "of the residual: gradient, or step (times the learning rate), which differ when the "
                   "rate changes",
                   "gradient", {"gradient", "step"})}));
  Node up = component("up", Kind::compressor, "codec of the workers' messages", {feedback});
  up.initial = {{"name", "none"}};
  Node down = component("down", Kind::compressor, "codec of the server's broadcast", {feedback});
  down.initial = {{"name", "none"}};
  return object("compressor", "what can be said on the wire", {up, down});
}

std::vector<Node> run_fields() {
  Node optimizer = component("optimizer", Kind::optimizer, "the server's step");
  optimizer.initial = {{"name", "sgd"}};
  Node schedule = component("schedule", Kind::schedule, "of the learning rate");
  schedule.initial = {{"name", "constant"}};
  const auto seed = [](const char* name, const char* summary) { return integer(name, summary, 0, 0); };
  return {
      required(integer("format", "version of this grammar", nullptr, 1, 1)),
      required(text("name", "names the folder of the results", nullptr)),
      text("output", "folder above it", "results"),
      list("plugins", "shared libraries with components", text("", "a file", nullptr), Json::array()),
      nullable(text("from", "safetensors file with the initial weights; null: drawn by the seed", nullptr)),
      required(integer("rounds", "synchronous steps", nullptr, 1, 4294967295.0)),
      required(task()),
      required(workers()),
      adversaries(),
      compressor(),
      nullable(integer("declared_f", "liars that the rule is told to expect; null: as many as there are",
                       nullptr, 0, 9999)),
      list("pre_aggregators", "what happens to the messages before the rule, in this order",
           component("", Kind::pre_aggregator, "a pre-aggregator"), Json::array()),
      required(component("aggregator", Kind::aggregator, "the defence")),
      optimizer,
      schedule,
      object("seed", "one number, or one for each stream",
             {seed("data", "validation split and partition"), seed("init", "initial weights"),
              seed("batches", "batches and gradient noise"), seed("adversary", "the liars' coins"),
              seed("rule", "coins of the codec and the rule")}),
      object("evaluate", "when and on what",
             {integer("every", "rounds between evaluations", 50, 1),
              nullable(list("on", "splits; null: all there are but train",
                            text("", "a split", nullptr, {"validation", "test"}), nullptr))}),
      list("diagnostics", "measured in evaluated rounds, into diagnostics.csv and workers.csv",
           component("", Kind::diagnostic, "a diagnostic"), Json::array()),
      object("checkpoint", "so that a run survives",
             {number("seconds", "between checkpoints", 300.0, 0, 1e9)}),
      object("execution", "how, not what: nothing here but the device changes a result",
             {text("device", "where", "auto", {"auto", "cpu", "cuda"}),
              nullable(integer("threads", "worker threads; null: as many as processors", nullptr, 1, 1024)),
              boolean("pin", "keep each thread on one processor", true),
              nullable(number("time_limit",
                              "seconds that one start of a run may take, then it fails with a checkpoint; "
                              "null: no limit",
                              nullptr, 1e-3, 1e9)),
              later(boolean("capture", "replay rounds as a CUDA graph", false))}),
  };
}

Json short_forms(Json schema) {
  Json& fields = schema["properties"];
  fields["seed"] = {{"anyOf", {{{"type", "integer"}, {"minimum", 0}}, fields["seed"]}}};
  fields["compressor"] = {{"anyOf", {fields["compressor"], {{"$ref", "#/$defs/compressor"}}}}};
  fields["adversary"] = {{"$ref", "#/$defs/adversary"}};
  return schema;
}

}  // namespace

const Node& run_grammar() {
  static const Node grammar = object("", "A Varangian run", run_fields());
  return grammar;
}

Json config_schema() {
  Node grammar = run_grammar();
  grammar.summary = "A Varangian config";
  for (Node& field : grammar.children) field.required = field.name == "format";
  const Json axis = {{"type", "object"}};
  const Json axes = {{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}};
  const Json block = {
      {"type", "object"},
      {"properties",
       {{"grid", {{"type", "object"}, {"additionalProperties", {{"type", "array"}, {"minItems", 1}}}}},
        {"zip", {{"type", "object"}, {"additionalProperties", {{"type", "array"}, {"minItems", 1}}}}},
        {"cases",
         {{"type", "object"},
          {"additionalProperties", {{"type", "object"}, {"additionalProperties", axis}}}}},
        {"seeds", {{"type", "integer"}, {"minimum", 1}}},
        {"inapplicable", {{"enum", {"error", "skip", "force"}}}},
        {"select",
         {{"type", "object"},
          {"properties",
           {{"over", axes},
            {"worst_over", axes},
            {"metric", {{"type", "string"}, {"not", {{"pattern", "^test_"}}}}}}},
          {"required", {"over"}},
          {"additionalProperties", false}}}}},
      {"additionalProperties", false}};
  grammar.children.push_back(text("extends", "a file whose settings this one changes", nullptr));
  grammar.children.push_back(text("preset", "a named set of defaults", nullptr, preset_names()));
  grammar.children.push_back(
      any("sweep", "many runs", {{"anyOf", {block, {{"type", "array"}, {"items", block}}}}}));
  grammar.children.push_back(
      any("search", "runs that are chosen by the results of others",
          {{"type", "object"},
           {"properties", {{"adversary", adversary_search_schema()}, {"breakdown", breakdown_schema()}}},
           {"minProperties", 1},
           {"maxProperties", 1},
           {"additionalProperties", false}}));
  grammar.children.push_back(any("adversary", "short for a list of one", {{"$ref", "#/$defs/adversary"}}));
  return short_forms(json_schema(grammar));
}

}  // namespace varangian
