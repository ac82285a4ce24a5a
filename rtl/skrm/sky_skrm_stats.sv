// Statistics of one bank: one 64-bit counter per sky_skrm_pkg::stat_e, cleared by reset.
//
// Watches the sequencer; changes nothing. A count appears in the cycle after the event.

module sky_skrm_stats #(
  parameter int unsigned S          = 32,
  parameter int unsigned Lanes      = 1,
  parameter int unsigned UsageWidth = 6,
  localparam int unsigned Ports = (S + 1) * Lanes,
  localparam int unsigned Beats = (Lanes == 1) ? 1 : Lanes / 64
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  sky_skrm_pkg::energy_t  energy_i,

  input  logic                   at_rest_i,
  input  logic                   taken_i,    // a command in this cycle
  input  logic                   joined_i,
  input  logic [UsageWidth-1:0]  waiting_i,  // commands in the queue
  input  sky_skrm_pkg::stat_e    cause_i,    // of a cycle not at rest
  input  logic                   begin_pass_i,
  input  logic                   recover_i,
  input  logic                   scan_stop_i,
  input  logic                   check_i,
  input  logic                   correct_i,
  input  logic                   lost_i,
  input  logic                   beat_taken_i,
  input  logic                   done_i,
  input  sky_skrm_pkg::request_t request_i,  // that is answered

  input  logic                   shift_i,
  input  logic [Lanes-1:0]       shift_lanes_i,
  input  logic [31:0]            moved_i,    // skyrmions, where the energy is charged for them
  input  logic [Ports-1:0]       detect_ports_i,
  input  logic [Ports-1:0]       remove_ports_i,
  input  logic [Ports-1:0]       inject_ports_i,
  input  logic [Ports-1:0]       sense_i,

  output logic [63:0]            stats_o [sky_skrm_pkg::StatCount]
);

  import sky_skrm_pkg::*;

  logic [63:0] stats_q [StatCount];
  assign stats_o = stats_q;

  // The cause this cycle is charged to.
  stat_e cause;
  always_comb begin
    cause = cause_i;
    if (at_rest_i) begin
      if (taken_i) cause = StatCyclesDispatch;
      else cause = (waiting_i != '0) ? StatCyclesBlocked : StatCyclesIdle;
    end
  end

  // The command that the last response beat of this cycle ends.
  logic ok, writes;
  stat_e ended;
  assign ok     = request_i.status == StatusOk;
  assign writes = ok && request_i.cmd.op == OpWrite;
  always_comb begin
    ended = StatRefused;
    if (ok) begin
      unique case (request_i.cmd.op)
        OpRead:  ended = StatReads;
        OpErase: ended = StatErases;
        OpScan:  ended = StatScans;
        OpWrite: begin
          unique case (request_i.alg)
            AlgNaive: ended = StatWritesNaive;
            AlgDcw:   ended = StatWritesDcw;
            AlgPw:    ended = StatWritesPw;
            AlgFnw:   ended = StatWritesFnw;
            default:  ended = StatWritesPwFnw;
          endcase
        end
        default: ended = StatBarriers;
      endcase
    end
  end

  function automatic logic [63:0] ports(input logic [Ports-1:0] mask);
    return 64'($unsigned($countones(mask)));
  endfunction

  logic [63:0] shift_fj, removes_charged, moved_lanes;
  always_comb begin
    moved_lanes = correct_i ? 64'($unsigned($countones(shift_lanes_i))) : 64'(Lanes);
    unique case (energy_i.shift_charge)
      ChargePerPulse:    shift_fj = 64'(energy_i.shift);
      ChargePerSkyrmion: shift_fj = 64'(moved_i) * 64'(energy_i.shift);
      default:           shift_fj = moved_lanes * 64'(energy_i.shift);
    endcase
    removes_charged = '0;
    if (remove_ports_i != '0) begin
      removes_charged = ports(energy_i.remove_per_skyrmion ? remove_ports_i & sense_i : remove_ports_i);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      stats_q <= '{default: '0};
    end else begin
      stats_q[StatCycles] <= stats_q[StatCycles] + 64'd1;
      stats_q[cause]      <= stats_q[cause] + 64'd1;
      stats_q[StatQueueCycles] <= stats_q[StatQueueCycles] + 64'(waiting_i);
      if (begin_pass_i) stats_q[StatPasses] <= stats_q[StatPasses] + 64'd1;
      if (recover_i) stats_q[StatRecoveries] <= stats_q[StatRecoveries] + 64'd1;
      if (joined_i) stats_q[StatCoalesced] <= stats_q[StatCoalesced] + 64'd1;
      if (scan_stop_i) stats_q[StatScanStops] <= stats_q[StatScanStops] + 64'd1;

      if (check_i) begin
        stats_q[StatChecks]   <= stats_q[StatChecks] + 64'(Lanes);
        stats_q[StatEnergyFj] <= stats_q[StatEnergyFj] + 64'(2 * Lanes) * 64'(energy_i.detect);
      end
      if (correct_i) stats_q[StatCorrections] <= stats_q[StatCorrections] + moved_lanes;
      if (lost_i) stats_q[StatPositionErrors] <= stats_q[StatPositionErrors] + 64'd1;

      if (shift_i) begin
        stats_q[StatShifts]     <= stats_q[StatShifts] + 64'd1;
        stats_q[StatTrackSteps] <= stats_q[StatTrackSteps] + moved_lanes;
        stats_q[StatEnergyFj]   <= stats_q[StatEnergyFj] + shift_fj;
      end
      if (detect_ports_i != '0) begin
        stats_q[StatDetects]  <= stats_q[StatDetects] + ports(detect_ports_i);
        stats_q[StatEnergyFj] <= stats_q[StatEnergyFj] + ports(detect_ports_i) * 64'(energy_i.detect);
      end
      if ((remove_ports_i | inject_ports_i) != '0) begin
        stats_q[StatRemoves]      <= stats_q[StatRemoves] + ports(remove_ports_i);
        stats_q[StatEmptyRemoves] <= stats_q[StatEmptyRemoves] + ports(remove_ports_i & ~sense_i);
        stats_q[StatInjects]      <= stats_q[StatInjects] + ports(inject_ports_i);
        stats_q[StatEnergyFj]     <= stats_q[StatEnergyFj] + removes_charged * 64'(energy_i.remove) +
                                     ports(inject_ports_i) * 64'(energy_i.inject);
      end

      if (beat_taken_i && ended == StatReads) stats_q[StatWordsRead] <= stats_q[StatWordsRead] + 64'd1;
      if (done_i) begin
        stats_q[ended] <= stats_q[ended] + 64'd1;
        if (writes) begin
          stats_q[StatWordsWritten] <=
            stats_q[StatWordsWritten] + 64'(Beats) * 64'($unsigned($countones(request_i.cmd.seg_mask)));
          if (request_i.cmd.write_alg == AlgAuto) begin
            if (request_i.alg == AlgPw) stats_q[StatAutoPermutes] <= stats_q[StatAutoPermutes] + 64'd1;
            else stats_q[StatAutoCompares] <= stats_q[StatAutoCompares] + 64'd1;
          end
        end
      end
    end
  end

  // Nothing hidden: every cycle has one cause.
  logic [63:0] caused;
  assign caused = stats_q[StatCyclesIdle] + stats_q[StatCyclesBlocked] + stats_q[StatCyclesDispatch] +
                  stats_q[StatCyclesRespond] + stats_q[StatCyclesRespondWait] + stats_q[StatCyclesSettle] +
                  stats_q[StatCyclesShift] + stats_q[StatCyclesRelax] + stats_q[StatCyclesDetect] +
                  stats_q[StatCyclesRemove] + stats_q[StatCyclesInject] + stats_q[StatCyclesOverlap] +
                  stats_q[StatCyclesCheck];
  logic [63:0] cycles;
  assign cycles = stats_q[StatCycles];
`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      CyclesSumUp : assert (cycles == caused) else $error("assertion failed: %m");
    end
  end
`endif

endmodule
