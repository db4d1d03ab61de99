namespace StateServer.Api.Model;

/// <summary>This member can't plan now; another may.</summary>
/// <param name="message">Why, in one line.</param>
internal sealed class PlanUnavailableException(string message) : Exception(message);
