extension Alert {
  /// What ``metricValue`` and ``thresholdValue`` are counted in. `unit` of the details names it where neither the check's
  /// context nor the metric's name tells it.
  package var unit: MetricUnit { MetricUnit(metric: metricName, context: details) }

  /// Value and threshold for people, without their unit. The texts differ if the numbers do.
  package var figures: (value: String, threshold: String) { Figure.texts(metricValue, thresholdValue) }

  /// Value and threshold for people, with their unit. The texts differ if the numbers do.
  package var figuresWithUnit: (value: String, threshold: String) { unit.texts(metricValue, thresholdValue) }
}
