using System.Globalization;
using System.Text;

namespace StateServer.Domain.Model.View;

/// <summary>
/// Writes compact JSON, field by field. Our own, since the bytes are part of the digest: a library that escaped another way in
/// its next version would part the members' states. Not thread-safe.
/// </summary>
internal sealed class JsonText
{
    private readonly StringBuilder _text = new();
    private bool _isFirst = true;

    public JsonText BeginObject(string? name = null) => Begin(name, '{');

    public JsonText BeginList(string name) => Begin(name, '[');

    public JsonText EndObject() => End('}');

    public JsonText EndList() => End(']');

    public JsonText Add(string? name, string? value)
    {
        Name(name);
        if (value is null)
        {
            _text.Append("null");
        }
        else
        {
            Quote(value);
        }

        return this;
    }

    public JsonText Add(string? name, long value)
    {
        Name(name);
        _text.Append(value.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public JsonText Add(string? name, bool value)
    {
        Name(name);
        _text.Append(value ? "true" : "false");
        return this;
    }

    public JsonText AddList(string name, IEnumerable<string> values)
    {
        BeginList(name);
        foreach (var value in values)
        {
            Add(null, value);
        }

        return EndList();
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private JsonText Begin(string? name, char bracket)
    {
        Name(name);
        _text.Append(bracket);
        _isFirst = true;
        return this;
    }

    private JsonText End(char bracket)
    {
        _text.Append(bracket);
        _isFirst = false;
        return this;
    }

    private void Name(string? name)
    {
        if (!_isFirst)
        {
            _text.Append(',');
        }

        _isFirst = false;
        if (name is not null)
        {
            Quote(name);
            _text.Append(':');
        }
    }

    /// <summary>Escapes what JSON demands and nothing else (RFC 8259, §7).</summary>
    private void Quote(string value)
    {
        _text.Append('"');
        foreach (var one in value)
        {
            if (one is '"' or '\\')
            {
                _text.Append('\\').Append(one);
            }
            else if (one < ' ')
            {
                _text.Append("\\u").Append(((int)one).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                _text.Append(one);
            }
        }

        _text.Append('"');
    }
}
