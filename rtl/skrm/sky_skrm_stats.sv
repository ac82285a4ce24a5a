// Statistics of the controller: one 64-bit counter per sky_skrm_pkg::stat_e, cleared by reset.
//
// Watches the sequencer; changes nothing. A count appears in the cycle after the event.
`include "sky_assert.svh"

module sky_skrm_stats #(
  parameter int unsigned S = 32,
  parameter int unsigned QueueWidth = 6
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  sky_skrm_pkg::energy_t  energy_i,

  input  sky_skrm_pkg::state_e   state_i,
  input  sky_skrm_pkg::cmd_t     cmd_i,
  input  logic                   cmd_taken_i,
  input  logic                   recover_i,
  input  logic                   wdata_valid_i,
  input  logic                   rsp_ready_i,
  input  logic                   rsp_last_i,
  input  sky_skrm_pkg::status_e  rsp_status_i,
  input  logic [QueueWidth-1:0]  queue_usage_i,

  input  logic                   shift_i,
  input  logic [S:0]             detect_ports_i,
  input  logic [S:0]             remove_ports_i,
  input  logic [S:0]             inject_ports_i,
  input  logic [S:0]             sense_i,

  output logic [63:0]            stats_o [sky_skrm_pkg::StatCount]
);

  import sky_skrm_pkg::*;

  logic [63:0] stats_q [StatCount];
  assign stats_o = stats_q;

  // The cause this cycle is charged to.
  stat_e cause;
  always_comb begin
    unique case (state_i)
      Idle:           cause = (cmd_taken_i || recover_i) ? StatCyclesDispatch : StatCyclesIdle;
      Collect, Drain: cause = wdata_valid_i ? StatCyclesCollect : StatCyclesDataWait;
      Align, Return:  cause = StatCyclesShift;
      Detect:         cause = StatCyclesDetect;
      Remove:         cause = StatCyclesRemove;
      Inject:         cause = StatCyclesInject;
      Respond:        cause = rsp_ready_i ? StatCyclesRespond : StatCyclesRespondWait;
      default:        cause = StatCyclesIdle;
    endcase
  end

  // The command that the last response beat of this cycle ends.
  stat_e done;
  always_comb begin
    done = StatRefused;
    if (rsp_status_i == StatusOk) begin
      unique case (cmd_i.op)
        OpRead:    done = StatReads;
        OpWrite:   done = (cmd_i.write_alg == AlgDcw) ? StatWritesDcw : StatWritesNaive;
        OpErase:   done = StatErases;
        OpBarrier: done = StatBarriers;
        default:   done = StatRefused;
      endcase
    end
  end

  function automatic logic [63:0] ports(input logic [S:0] mask);
    return 64'($countones(mask));
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < StatCount; i++) stats_q[i] <= '0;
    end else begin
      stats_q[StatCycles] <= stats_q[StatCycles] + 64'd1;
      stats_q[cause]      <= stats_q[cause] + 64'd1;
      stats_q[StatQueueCycles] <= stats_q[StatQueueCycles] + 64'(queue_usage_i);
      if (recover_i) stats_q[StatRecoveries] <= stats_q[StatRecoveries] + 64'd1;

      if (shift_i) begin
        stats_q[StatShifts]     <= stats_q[StatShifts] + 64'd1;
        stats_q[StatTrackSteps] <= stats_q[StatTrackSteps] + 64'd1;
        stats_q[StatEnergyFj]   <= stats_q[StatEnergyFj] + 64'(energy_i.shift);
      end
      if (detect_ports_i != '0) begin
        stats_q[StatDetects]  <= stats_q[StatDetects] + ports(detect_ports_i);
        stats_q[StatEnergyFj] <= stats_q[StatEnergyFj] + ports(detect_ports_i) * 64'(energy_i.detect);
      end
      if (remove_ports_i != '0) begin
        stats_q[StatRemoves]      <= stats_q[StatRemoves] + ports(remove_ports_i);
        stats_q[StatEmptyRemoves] <= stats_q[StatEmptyRemoves] + ports(remove_ports_i & ~sense_i);
        stats_q[StatEnergyFj]     <= stats_q[StatEnergyFj] + ports(remove_ports_i) * 64'(energy_i.remove);
      end
      if (inject_ports_i != '0) begin
        stats_q[StatInjects]  <= stats_q[StatInjects] + ports(inject_ports_i);
        stats_q[StatEnergyFj] <= stats_q[StatEnergyFj] + ports(inject_ports_i) * 64'(energy_i.inject);
      end

      if (state_i == Respond && rsp_ready_i) begin
        if (done == StatReads) stats_q[StatWordsRead] <= stats_q[StatWordsRead] + 64'd1;
        if (rsp_last_i) begin
          stats_q[done] <= stats_q[done] + 64'd1;
          if (done == StatWritesNaive || done == StatWritesDcw) begin
            stats_q[StatWordsWritten] <= stats_q[StatWordsWritten] + 64'($countones(cmd_i.seg_mask));
          end
        end
      end
    end
  end

  // Nothing hidden: every cycle has one cause.
  logic [63:0] caused;
  assign caused = stats_q[StatCyclesIdle] + stats_q[StatCyclesDispatch] + stats_q[StatCyclesCollect] +
                  stats_q[StatCyclesDataWait] + stats_q[StatCyclesRespond] + stats_q[StatCyclesRespondWait] +
                  stats_q[StatCyclesShift] + stats_q[StatCyclesDetect] + stats_q[StatCyclesRemove] +
                  stats_q[StatCyclesInject];
  logic [63:0] cycles;
  assign cycles = stats_q[StatCycles];
  `SKY_ASSERT(CyclesSumUp, cycles == caused)

endmodule
