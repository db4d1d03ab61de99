namespace StateServer.Domain.Model;

/// <summary>Something that happened to the model, for people to read.</summary>
/// <param name="Number">From 1 on, without gaps.</param>
/// <param name="AtMilliseconds">When, replicated Unix time.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Subject">To what: <c>machine 3</c>, <c>unit web/0</c>, <c>service web</c>, <c>zone a</c> <c>member one</c>, <c>membership</c> or
/// <c>environment</c>.</param>
/// <param name="Text">One line.</param>
public sealed record ModelEvent(long Number, long AtMilliseconds, ModelEventKind Kind, string Subject, string Text);
