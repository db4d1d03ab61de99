using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>Asks a local member whether it serves.</summary>
internal sealed class LocalReadiness : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        // The member's own limit for its quorum round is 2 s.
        Timeout = TimeSpan.FromSeconds(4),
    };

    /// <summary>Null where it serves, otherwise what is awaited.</summary>
    public async Task<string?> WhyNotAsync(SlotPorts ports, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync($"http://{ports.HttpAddress}/readyz", cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return null;
            }

            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            const string failed = " failed: ";
            string? check = body.Split('\n').FirstOrDefault(l => l.StartsWith("[-]", StringComparison.Ordinal));
            int reason = check?.IndexOf(failed, StringComparison.Ordinal) ?? -1;
            return reason < 0 ? $"answers {(int)response.StatusCode}" : check![(reason + failed.Length)..];
        }
        catch (HttpRequestException)
        {
            return "its ports are not open yet";
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "it does not answer";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
