namespace StateServer.Consensus.Transport;

/// <summary>
/// Sees each refusal of this member's calls, whatever made them: a guard refuses before anything is answered, so its reason is
/// in the response's headers.
/// </summary>
/// <param name="inner">Makes the calls.</param>
/// <param name="refused">Told the reason and the words.</param>
internal sealed class RefusalWatch(HttpMessageHandler inner, Action<PeerRefusalReason, string> refused) : DelegatingHandler(inner)
{
    private const string MessageHeader = "grpc-message";

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Headers.TryGetValues(PeerRefusal.TrailerName, out var reasons)
            && Enum.TryParse<PeerRefusalReason>(reasons.First(), out var reason))
        {
            var message = response.Headers.TryGetValues(MessageHeader, out var words) ? Uri.UnescapeDataString(words.First()) : "";
            refused(reason, message);
        }

        return response;
    }
}
