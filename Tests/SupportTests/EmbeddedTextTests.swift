import Support
import Testing

@Suite("Texts of embedded files")
struct EmbeddedTextTests {
  private let library = [
    "a": "-- Defines a.\nlocal a = 1\n", "b": "-- Defines b.\n-- uses: a\nlocal b = a\n",
    "circle": "-- uses: circle\nlocal c = 1\n",
  ]

  @Test("what is used comes in the line's place, each once, behind what it uses itself")
  func uses() {
    let text = EmbeddedText("#!lua\n-- Why.\n-- uses: b, a\n\nreturn a + b\n", library: library)
    #expect(text.text == "#!lua\nlocal a = 1\nlocal b = a\nreturn a + b")
    #expect(text.missing.isEmpty)
    #expect(EmbeddedText("first\n  -- uses: a\nlast", library: library).text == "first\nlocal a = 1\nlast")
  }

  @Test("only whole lines are comments")
  func comments() {
    #expect(EmbeddedText("a -- b\n  -- c\nd", library: [:]).text == "a -- b\nd")
  }

  @Test("a name that nothing has is reported, and the text is none that a server takes")
  func missing() {
    let text = EmbeddedText("-- uses: a, other\nreturn a", library: library)
    #expect(text.missing == ["other"])
    #expect(text.text == "local a = 1\nthere is no library file other\nreturn a")
  }

  @Test("a file that uses itself ends")
  func circle() {
    #expect(EmbeddedText("-- uses: circle", library: library).text == "local c = 1")
  }
}
