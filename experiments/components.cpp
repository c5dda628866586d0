#include "experiments/components.h"

namespace varangian {

void each_component(const RunConfig& run, Json& config,
                    const std::function<void(Json&, Kind, const std::string&)>& visit) {
  const std::function<void(Json&, Kind, const std::string&)> descend = [&](Json& component, Kind kind,
                                                                           const std::string& pointer) {
    const Descriptor& descriptor = Registry::instance().describe(kind, component.at("name"));
    visit(component, kind, pointer);
    for (const Parameter& parameter : descriptor.parameters)
      if (std::holds_alternative<Selection>(parameter.initial))
        descend(component[parameter.name], parameter.kind, child(pointer, parameter.name));
  };
  Json& task = config["task"];
  descend(task["dataset"], Kind::dataset, "/task/dataset");
  if (run.model) descend(task["model"], Kind::model, "/task/model");
  if (run.loss) descend(task["loss"], Kind::loss, "/task/loss");
  if (task["metrics"].is_array())
    for (Json& metric : task["metrics"]) descend(metric, Kind::metric, "/task/metrics");
  descend(config["workers"]["partition"], Kind::partition, "/workers/partition");
  for (Json& adversary : config["adversaries"]) descend(adversary, Kind::adversary, "/adversaries");
  descend(config["compressor"]["up"], Kind::compressor, "/compressor/up");
  descend(config["compressor"]["down"], Kind::compressor, "/compressor/down");
  for (Json& step : config["pre_aggregators"]) descend(step, Kind::pre_aggregator, "/pre_aggregators");
  descend(config["aggregator"], Kind::aggregator, "/aggregator");
  descend(config["optimizer"], Kind::optimizer, "/optimizer");
  descend(config["schedule"], Kind::schedule, "/schedule");
  if (config.contains("diagnostics"))
    for (Json& diagnostic : config["diagnostics"]) descend(diagnostic, Kind::diagnostic, "/diagnostics");
}

}  // namespace varangian
