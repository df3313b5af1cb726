/// The templates that are used where no file replaces them.
enum BuiltInTemplates {
  static let all: [TemplateName: Template] = texts.compactMapValues { try? Template($0) }

  static let texts: [TemplateName: String] = [
    .emailSubject: "[{{severity_label}}] {{headline}}",
    .emailText: emailText,
    .emailHTML: BuiltInTemplates.emailHTML,
    .slackText: "",
    .slackTitle: "{{emoji}} [{{severity_label}}] {{headline}}",
    .slackMessage: "{{message}}{{#is_fallback}}\n_Another receiver could not be reached._{{/is_fallback}}",
    .teamsTitle: "{{emoji}} [{{severity_label}}] {{headline}}",
    .teamsMessage: "{{message}}{{#is_fallback}}\nAnother receiver could not be reached.{{/is_fallback}}",
    .discordTitle: "{{emoji}} [{{severity_label}}] {{headline}}",
    .discordMessage: "{{message}}{{#is_fallback}}\n*Another receiver could not be reached.*{{/is_fallback}}",
    .telegramMessage: telegramMessage,
    .pagerdutyTitle: "[{{severity_label}}] {{title}}",
    .opsgenieTitle: "[{{severity_label}}] {{title}}",
    .opsgenieMessage: "{{message}}\n\n{{#facts}}{{name}}: {{value}}\n{{/facts}}{{#link}}\n{{link}}\n{{/link}}",
  ]

  private static let emailText = """
    {{emoji}} [{{severity_label}}] {{headline}}

    {{message}}

    {{#facts}}
    {{name}}: {{value}}
    {{/facts}}
    {{#link}}

    Open in Tocsin: {{link}}
    {{/link}}

    --\u{20}
    Rule {{rule_id}}{{#rule_name}} ({{rule_name}}){{/rule_name}}. Alert {{alert_id}}.
    {{#is_fallback}}
    You get this because another receiver could not be reached.
    {{/is_fallback}}
    """

  private static let telegramMessage = """
    {{emoji}} <b>[{{severity_label}}] {{headline}}</b>

    {{message}}

    {{#facts}}
    <b>{{name}}:</b> {{value}}
    {{/facts}}
    {{#is_fallback}}
    <i>Another receiver could not be reached.</i>
    {{/is_fallback}}
    {{#link}}
    <a href="{{link}}">Open in Tocsin</a>
    {{/link}}
    """
}
