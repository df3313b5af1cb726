extension BuiltInTemplates {
  /// Tables and inline styles, which is what mail programs agree on. The style sheet in the head only adds dark colours for
  /// those that read it; the others show the inline ones. `dir="auto"` lets each text run in its own direction.
  static let emailHTML = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>[{{severity_label}}] {{headline}}</title>
    <style>
    :root { color-scheme: light dark; supported-color-schemes: light dark; }
    @media (prefers-color-scheme: dark) {
    .page { background-color: #14181d !important; }
    .card { background-color: #1f252c !important; border-color: #38414b !important; }
    .text { color: #e6eaee !important; }
    .muted { color: #a4afba !important; }
    .line { border-color: #38414b !important; }
    .tint { color: {{dark_color}} !important; }
    .bar { background-color: {{dark_color}} !important; }
    .button { background-color: {{dark_color}} !important; color: #14181d !important; }
    }
    </style>
    </head>
    <body class="page" style="margin:0;padding:0;background-color:#f2f4f6;">
    <div style="display:none;max-height:0;overflow:hidden;">{{comparison}}</div>
    <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" \
    style="background-color:#f2f4f6;">
    <tr><td align="center" style="padding:24px 12px;">
    <table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" border="0" \
    style="width:100%;max-width:600px;background-color:#ffffff;border:1px solid #d9dee3;border-radius:8px;\
    border-collapse:separate;overflow:hidden;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;">
    <tr><td class="bar" height="6" style="height:6px;line-height:6px;font-size:6px;background-color:{{color}};">&nbsp;</td></tr>
    <tr><td style="padding:24px 28px 4px 28px;">
    <p class="tint" style="margin:0 0 8px 0;font-size:13px;line-height:18px;font-weight:bold;letter-spacing:0.06em;\
    color:{{color}};">{{emoji}} {{severity_label}}{{#is_acknowledged}} &middot; ACKNOWLEDGED{{/is_acknowledged}}\
    {{#is_resolved}} &middot; RESOLVED{{/is_resolved}}</p>
    <h1 class="text" dir="auto" style="margin:0 0 12px 0;font-size:22px;line-height:28px;font-weight:bold;color:#1a2027;\
    word-break:break-word;overflow-wrap:anywhere;">{{title}}</h1>
    <p class="text" dir="auto" style="margin:0 0 20px 0;font-size:16px;line-height:24px;color:#1a2027;\
    white-space:pre-line;word-break:break-word;overflow-wrap:anywhere;">{{message}}</p>
    </td></tr>
    <tr><td style="padding:0 28px 12px 28px;">
    <table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;">
    {{#facts}}
    <tr>
    <th class="muted line" scope="row" align="left" valign="top" width="120" style="width:120px;padding:8px 12px 8px 0;\
    border-top:1px solid #e4e8ec;font-size:14px;line-height:20px;font-weight:normal;color:#5b6670;">{{name}}</th>
    <td class="text line" dir="auto" align="left" valign="top" style="padding:8px 0;border-top:1px solid #e4e8ec;\
    font-size:14px;line-height:20px;color:#1a2027;word-break:break-word;overflow-wrap:anywhere;">{{value}}</td>
    </tr>
    {{/facts}}
    </table>
    </td></tr>
    {{#link}}
    <tr><td style="padding:8px 28px 20px 28px;">
    <a class="button" href="{{link}}" style="display:inline-block;padding:10px 20px;border-radius:6px;\
    background-color:{{color}};color:#ffffff;font-size:15px;line-height:20px;font-weight:bold;text-decoration:none;">\
    Open in Tocsin</a>
    </td></tr>
    {{/link}}
    <tr><td class="line" style="padding:14px 28px 18px 28px;border-top:1px solid #e4e8ec;">
    <p class="muted" style="margin:0;font-size:12px;line-height:18px;color:#5b6670;word-break:break-word;">\
    Rule <span dir="auto">{{rule_id}}{{#rule_name}} ({{rule_name}}){{/rule_name}}</span> &middot; \
    Alert {{alert_id}}{{#is_fallback}}<br>You get this because another receiver could not be reached.{{/is_fallback}}</p>
    </td></tr>
    </table>
    </td></tr>
    </table>
    </body>
    </html>

    """
}
